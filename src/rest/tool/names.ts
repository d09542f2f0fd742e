/** What all clients and providers of models take as the name of a tool. */
const NAME = /^[A-Za-z\d_-]{1,64}$/;

/** How long a name may be. */
const LONGEST = 64;

/** Whether a text can be the name of a tool. */
export function isToolName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text);
}

/** A name made of an id, or of method and path. */
export function toolName(text: string): string {
  const name = text
    .replaceAll(/[^A-Za-z\d_-]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, LONGEST);
  return name === '' ? 'tool' : name;
}
