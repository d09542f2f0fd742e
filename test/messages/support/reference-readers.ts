import { readMember, shownNumber } from './rounded.ts';

type Scalar = string | number | boolean | null;

/** JSON as it is written: nothing is dropped, nothing decided. */
export type Node = Entry[] | { readonly items: Node[] } | Scalar;

/** A member. */
export type Entry = readonly [name: string, value: Node];

/** JSON as one reader understands it. Objects are maps, by the names that this reader sees. */
export type Reading = Map<string, Reading> | Reading[] | Scalar;

/** A way to read member names that some server has. */
export interface ReferenceReader {
  readonly see: (name: string) => string;
  readonly wins: 'first' | 'last';
}

const fold = (name: string) => name.normalize('NFKC').toUpperCase().toLowerCase();

export const REFERENCE_READERS: Readonly<Record<string, ReferenceReader>> = {
  'first wins': { see: (name) => name, wins: 'first' },
  'last wins': { see: (name) => name, wins: 'last' },
  'case-insensitive, first wins': { see: fold, wins: 'first' },
  'case-insensitive, last wins': { see: fold, wins: 'last' },
  'ends names at NUL': { see: (name) => name.split('\0', 1)[0] as string, wins: 'last' },
  'ends names at NUL, first wins': {
    see: (name) => name.split('\0', 1)[0] as string,
    wins: 'first',
  },
  'drops NUL': { see: (name) => name.replaceAll('\0', ''), wins: 'last' },
  'drops what is invisible': { see: (name) => name.replaceAll(/\p{C}/gu, ''), wins: 'last' },
  'replaces half pairs': { see: (name) => name.toWellFormed(), wins: 'last' },
};

const TOKEN = /[\t\n\r ]*("(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\t\n\r [\]{}:,"]+)/y;

/** Reads a text that is known to be JSON. */
export function readNode(text: string): Node {
  TOKEN.lastIndex = 0;
  const tokens: string[] = [];
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    tokens.push(match[1] as string);
  }
  let next = 0;
  const node = (): Node => {
    const token = tokens[next++] as string;
    if (token === '{') {
      const entries: Entry[] = [];
      while (tokens[next] !== '}') {
        if (tokens[next] === ',') next++;
        const name = JSON.parse(tokens[next++] as string) as string;
        next++;
        entries.push([name, node()]);
      }
      next++;
      return entries;
    }
    if (token === '[') {
      const items: Node[] = [];
      while (tokens[next] !== ']') {
        if (tokens[next] === ',') next++;
        items.push(node());
      }
      next++;
      return { items };
    }
    const value = JSON.parse(token) as Scalar;
    return typeof value === 'number' ? shownNumber(token) : value;
  };
  return node();
}

/** What a reader makes of it. */
export function understand(node: Node, reader: ReferenceReader): Reading {
  if (typeof node !== 'object' || node === null) return node;
  if (!Array.isArray(node)) return node.items.map((item) => understand(item, reader));
  const members = new Map<string, Reading>();
  for (const [name, value] of node) {
    const seen = reader.see(name);
    if (reader.wins === 'last' || !members.has(seen)) members.set(seen, understand(value, reader));
  }
  return members;
}

/** A parsed value in the same form, to be compared. */
export function asSeen(value: unknown, reader: ReferenceReader): Reading {
  if (typeof value !== 'object' || value === null) return value as Scalar;
  const entries = Object.keys(value).map((name) => [name, readMember(value, name)] as const);
  if (Array.isArray(value)) return entries.map(([, item]) => asSeen(item, reader));
  const members = new Map<string, Reading>();
  for (const [name, item] of entries) members.set(reader.see(name), asSeen(item, reader));
  if (members.size < entries.length) throw new Error('Two names are the same to this reader');
  return members;
}

/** A member of an object, by the name that its specification gives it. */
export function member(
  object: Reading | undefined,
  name: string,
  reader: ReferenceReader,
): Reading | undefined {
  return object instanceof Map ? object.get(reader.see(name)) : undefined;
}
