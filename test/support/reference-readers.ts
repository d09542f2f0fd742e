import { readMember, shownNumber, UNREADABLE } from './unreadable.ts';

type Scalar = string | number | boolean | null;

/** JSON as it is written: repeated members are kept, and their order too. */
export type Node = Entry[] | { readonly items: Node[] } | Scalar;

/** A member. */
export type Entry = readonly [name: string, value: Node];

/** JSON as one reader understands it. Objects are maps, by the names that this reader sees. */
export type Reading = Map<string, Reading> | Reading[] | Scalar;

/** A way in which some server reads member names. */
export interface ReferenceReader {
  readonly see: (name: string) => string;
  readonly wins: 'first' | 'last';
  /** Whether it applies only to the names that MCP defines, and not to the names of arguments. */
  readonly knowsMcpOnly?: true;
}

/** Names that the official server in Python accepts, in addition to those of MCP. */
const IN_PYTHON: Readonly<Record<string, string>> = {
  input_responses: 'inputResponses',
  meta: '_meta',
  progress_token: 'progressToken',
  protocol_version: 'protocolVersion',
  request_id: 'requestId',
  request_state: 'requestState',
  task_id: 'taskId',
};

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
  'takes names as Python writes them': {
    see: (name) => IN_PYTHON[name] ?? name,
    wins: 'last',
    knowsMcpOnly: true,
  },
  'takes names as Python writes them, first wins': {
    see: (name) => IN_PYTHON[name] ?? name,
    wins: 'first',
    knowsMcpOnly: true,
  },
  'strips underscores': {
    see: (name) => name.replaceAll('_', ''),
    wins: 'last',
    knowsMcpOnly: true,
  },
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

/** The document as a reader understands it. */
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

/** Whether a reader understands the document as it is shown to policies; unreadable parts may be anything. */
export function agrees(
  reading: Reading | undefined,
  shown: unknown,
  reader: ReferenceReader,
): boolean {
  if (shown === UNREADABLE) return true;
  // Null, or an empty list where an object is expected, is shown as undefined.
  if (shown === undefined) return isNothing(reading);
  if (typeof shown !== 'object' || shown === null) return Object.is(reading, shown);
  const names = Object.keys(shown);
  if (Array.isArray(shown)) {
    if (!Array.isArray(reading) || reading.length !== names.length) return false;
    return names.every((name, i) => agrees(reading[i], readMember(shown, name), reader));
  }
  if (!(reading instanceof Map)) return false;
  const seen = new Set(names.map((name) => reader.see(name)));
  return (
    [...reading.keys()].every((name) => seen.has(name)) &&
    names.every((name) => agrees(reading.get(reader.see(name)), readMember(shown, name), reader))
  );
}

/** Whether all readers take this value for an absent one. */
function isNothing(reading: Reading | undefined): boolean {
  return (
    reading === undefined || reading === null || (Array.isArray(reading) && reading.length === 0)
  );
}

/** A member of an object, by the name that its specification gives it. */
export function member(
  object: Reading | undefined,
  name: string,
  reader: ReferenceReader,
): Reading | undefined {
  return object instanceof Map ? object.get(reader.see(name)) : undefined;
}
