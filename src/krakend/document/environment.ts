import type { Notes } from '../notes.ts';

/** Variables by name, like `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'KRAKEND_';

/** The keys that KrakenD takes from the environment, and how each value is written in the document. */
const READ: Readonly<Record<string, (value: string) => unknown>> = {
  host: (value) => [value],
  listen_ip: String,
  name: String,
  port: (value) => (/^\d+$/.test(value) ? Number(value) : value),
  timeout: String,
};

/**
 * The document with the values of `KRAKEND_*`. As in KrakenD, they count also where the document does not
 * have the key.
 */
export function withEnvironment(notes: Notes, document: object, env: Environment): object {
  const added: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(env)) {
    // KrakenD ignores an empty variable.
    if (!name.startsWith(PREFIX) || value === undefined || value === '') continue;
    const key = name.slice(PREFIX.length).toLowerCase();
    const read = Object.hasOwn(READ, key) ? READ[key] : undefined;
    if (read === undefined) notes.warn(`the variable ${name} has no effect here`);
    else added[key] = read(value);
  }
  return { ...document, ...added };
}
