/** Calls `step` for each item, even where it throws for another one. Then it throws the first error. */
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
