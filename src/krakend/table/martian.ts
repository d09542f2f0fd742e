import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { anyText, anything, count, flag, integer, listOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';
import type { Notes } from '../notes.ts';

/** The directions in which a modifier works; both where there is none. */
const scope = listOf(text);

const NESTED = { scope, modifier: anything, else: anything } as const;

const refusedWhole = (sentence: string): Field<never> => ({
  ...refused(sentence),
  read(notes) {
    notes.refuse(sentence);
    return undefined;
  },
});

/** The values of a modifier, whichever it is. */
export type ModifierValues = Given<{
  scope: readonly string[];
  name: string;
  value: string;
  modifier: unknown;
  else: unknown;
  modifiers: readonly unknown[];
  names: readonly string[];
  from: string;
  to: string;
  header: string;
  regex: string;
  scheme: string;
  host: string;
  path: string;
  query: string;
  port: number;
  defaultForScheme: boolean;
  remove: boolean;
  domain: string;
  expires: string;
  secure: boolean;
  httpOnly: boolean;
  maxAge: number;
  headerName: string;
}>;

/** The modifiers, by the one key that each object has. */
export const MODIFIERS: Readonly<Record<string, Field>> = {
  'body.Modifier': refusedWhole('messages are relayed as they are; take this out'),
  'cookie.Filter': object({ ...NESTED, name: text, value: anyText }),
  'cookie.Modifier': object({
    domain: text,
    expires: text,
    httpOnly: flag,
    maxAge: integer,
    name: text,
    path: text,
    scope,
    secure: flag,
    value: anyText,
  }),
  'fifo.Group': object({ aggregateErrors: ignored(), modifiers: listOf(anything), scope }),
  'header.Append': object({ name: text, value: anyText, scope }),
  'header.Blacklist': object({ names: listOf(text), scope }),
  'header.Copy': object({ from: text, to: text, scope }),
  'header.Filter': object({ ...NESTED, name: text, value: anyText }),
  'header.Id': object({ header: text, scope }),
  'header.Modifier': object({ name: text, value: anyText, scope }),
  'header.RegexFilter': object({
    header: text,
    regex: text,
    modifier: anything,
    else: refusedWhole('KrakenD ignores else here; write a second filter with the other pattern'),
    scope,
  }),
  'port.Filter': object({
    port: count,
    modifier: anything,
    else: refusedWhole('KrakenD ignores else here; write a second filter with the other port'),
    scope,
  }),
  'port.Modifier': object({ defaultForScheme: flag, port: count, remove: flag, scope }),
  'priority.Group': object({
    modifiers: listOf(object({ modifier: anything, priority: integer })),
    scope,
  }),
  'querystring.Filter': object({ ...NESTED, name: text, value: anyText }),
  'querystring.Modifier': object({ name: text, value: anyText, scope }),
  'stash.Modifier': object({ headerName: text, scope }),
  'static.Modifier': refusedWhole('files are not served here; write express.static'),
  'status.Modifier': refusedWhole('statuses are not changed here; take this out'),
  'url.Filter': object({ ...NESTED, host: text, path: text, query: text, scheme: text }),
  'url.Modifier': object({ host: text, path: text, query: text, scheme: text, scope }),
  'url.RegexFilter': object({ ...NESTED, regex: text }),
};

/** A tree of modifiers as it was given, and where it stands. */
export interface MartianTree {
  readonly notes: Notes;
  readonly tree: unknown;
}

/** A tree of modifiers, which is read when it is compiled. */
export const MARTIAN: Field<MartianTree> = {
  kind: 'read',
  members: MODIFIERS,
  read: (notes, tree) => ({ notes, tree }),
};
