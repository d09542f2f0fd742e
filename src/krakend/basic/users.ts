import { readFileSync } from 'node:fs';
import { isComment } from '../fields/object.ts';
import type { Notes } from '../notes.ts';
import type { BasicValues } from '../table/basic.ts';

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Above this cost, comparing one password takes seconds. */
const MOST_COST = 15;

/**
 * The users of one place, with their hashes. A user in the document replaces the one of that name in the
 * file.
 */
export function usersOf(notes: Notes, values: BasicValues): Map<string, string> {
  const { htpasswd_path: file, users = {} } = values;
  const all = file === undefined ? [] : usersIn(notes.at('htpasswd_path'), file);
  for (const [name, hash] of Object.entries(users)) {
    if (isComment(name) && !BCRYPT.test(String(hash))) continue;
    const problem = problemOf(name, hash);
    if (problem === undefined) all.push([name, String(hash)]);
    else notes.at('users').at(name).refuse(problem);
  }
  return new Map(all);
}

function usersIn(notes: Notes, file: string): [string, string][] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    notes.refuse('this file cannot be read');
    return [];
  }
  return text.split('\n').flatMap((line, i): [string, string][] => {
    const own = line.trim();
    if (own === '' || own.startsWith('#')) return [];
    const colon = own.indexOf(':');
    const [name, hash] = [own.slice(0, colon), own.slice(colon + 1)];
    const problem = colon < 0 ? NO_USER : problemOf(name, hash);
    if (problem === undefined) return [[name, hash]];
    notes.refuse(`line ${i + 1}: ${problem}`);
    return [];
  });
}

const NO_USER = 'write a user and a hash, as htpasswd -B does';

function problemOf(name: string, hash: unknown): string | undefined {
  if (name === '' || name.includes(':')) return NO_USER;
  if (typeof hash !== 'string' || !BCRYPT.test(hash)) {
    return 'write a hash of bcrypt, which htpasswd -B makes; KrakenD takes no other';
  }
  return costOf(hash) > MOST_COST
    ? `a cost above ${MOST_COST} takes seconds for each login; make a hash with a smaller one`
    : undefined;
}

/** The cost of a hash: each step doubles the time that a comparison takes. */
export function costOf(hash: string): number {
  return Number(BCRYPT.exec(hash)?.[1] ?? 0);
}
