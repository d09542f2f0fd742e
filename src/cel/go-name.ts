/** A header's name as Go writes it: `X-Request-Id`. */
export function goName(name: string): string {
  return name.toLowerCase().replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
