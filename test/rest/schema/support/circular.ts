/** The names of the components that a schema refers to, and they refer to. */
export function mentionedBy(
  schema: unknown,
  schemas: Readonly<Record<string, unknown>>,
): Set<string> {
  const found = new Set<string>();
  const waiting = namesIn(schema);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...namesIn(schemas[name]));
  }
  return found;
}

/** Whether one of them refers to itself in the end. */
export function isCircular(schema: unknown, schemas: Readonly<Record<string, unknown>>): boolean {
  return [...mentionedBy(schema, schemas)].some((name) =>
    mentionedBy(schemas[name], schemas).has(name),
  );
}

/** Read from the text, so that nothing is known about schemas. */
function namesIn(schema: unknown): string[] {
  const text = JSON.stringify(schema) ?? '';
  return [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  );
}
