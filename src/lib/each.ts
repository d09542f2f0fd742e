/** Does something with each of these, also where it fails for another one; then throws what was thrown first. */
export function each<T>(items: Iterable<T>, step: (item: T) => void): void {
  const failures: { readonly error: unknown }[] = [];
  for (const item of items) {
    try {
      step(item);
    } catch (error) {
      failures.push({ error });
    }
  }
  const [first] = failures;
  if (first !== undefined) throw first.error;
}
