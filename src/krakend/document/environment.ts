import type { Notes } from '../notes.ts';

/** Variables by name, like `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'KRAKEND_';

/** What KrakenD takes from the environment, and how it is written in the document. */
const READ: Readonly<Record<string, (value: string) => unknown>> = {
  host: (value) => [value],
  listen_ip: String,
  name: String,
  port: (value) => (/^\d+$/.test(value) ? Number(value) : value),
  timeout: String,
};

/** The document with what `KRAKEND_*` says, as KrakenD has it: also where the key is not there. */
export function withEnvironment(notes: Notes, document: object, env: Environment): object {
  const added: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(env)) {
    // KrakenD passes over an empty one.
    if (!name.startsWith(PREFIX) || value === undefined || value === '') continue;
    const key = name.slice(PREFIX.length).toLowerCase();
    const read = Object.hasOwn(READ, key) ? READ[key] : undefined;
    if (read === undefined) notes.warn(`the variable ${name} has no effect here`);
    else added[key] = read(value);
  }
  return { ...document, ...added };
}
