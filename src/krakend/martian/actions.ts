import { randomUUID } from 'node:crypto';
import type { GatewayContext } from '../../gateway-context.ts';
import { isFieldName, isFieldValue } from '../../http/field.ts';
import { isHopByHop } from '../../http/hop-by-hop.ts';
import type { Notes } from '../notes.ts';
import type { ModifierValues } from '../table/martian.ts';
import { type MadeCookie, makeCookie } from './cookies.ts';
import type { Action } from './run.ts';

/** What a modifier does to headers; the same in both directions. */
export interface HeaderChange {
  readonly action: Action;
  /** The headers that it sets or removes. */
  readonly names: readonly string[];
  /**
   * The value that they have after it for all requests, or `null` for none. Undefined where that depends on
   * the request.
   */
  readonly constant?: string | null;
  /** The header that its value comes from. */
  readonly from?: string;
  readonly cookie?: MadeCookie;
}

/** The change that a modifier makes; undefined, with a note, where that is not possible. */
export function changeOf(
  notes: Notes,
  kind: string,
  values: ModifierValues,
  urlNow: () => (ctx: GatewayContext) => string | undefined,
): HeaderChange | undefined {
  if (kind === 'header.Blacklist') return removal(notes, values);
  if (kind === 'header.Copy') return copy(notes, values);
  if (kind === 'header.Id') return id(notes, values);
  if (kind === 'cookie.Modifier') return cookieChange(notes, values);
  if (kind === 'stash.Modifier') return stash(notes, values, urlNow);
  const { value } = values;
  const name = readName(notes, values, 'name');
  if (value === undefined) notes.at('value').refuse('write the value');
  else if (!isFieldValue(value)) {
    notes.at('value').refuse('KrakenD answers every request with 500 for such a value');
  }
  if (name === undefined || !isFieldValue(value)) return undefined;
  if (value === '') notes.at('value').warn(`${name} is sent with nothing in it, as in KrakenD`);
  return kind === 'header.Append'
    ? { names: [name], action: ({ headers }) => headers.append(name, value) }
    : { names: [name], constant: value, action: ({ headers }) => headers.set(name, [value]) };
}

function removal(notes: Notes, { names = [] }: ModifierValues): HeaderChange | undefined {
  if (names.length === 0) notes.at('names').refuse('write the names of the headers');
  const sound = names.filter((name) => checkName(notes, name));
  return {
    names: sound,
    constant: null,
    action({ headers }) {
      for (const name of sound) headers.set(name, []);
    },
  };
}

function copy(notes: Notes, values: ModifierValues): HeaderChange | undefined {
  const from = readName(notes, values, 'from');
  const to = readName(notes, values, 'to');
  if (from === undefined || to === undefined) return undefined;
  if (from.toLowerCase() === 'host') {
    notes.at('from').refuse('the backend gets the same Host always; set the value itself');
    return undefined;
  }
  return {
    names: [to],
    from,
    action: ({ headers }) => headers.set(to, headers.shown(from).slice(0, 1)),
  };
}

function id(notes: Notes, { header = 'X-Krakend-Id' }: ModifierValues): HeaderChange | undefined {
  if (!checkName(notes, header)) return undefined;
  return {
    names: [header],
    action({ headers }) {
      const [first = ''] = headers.all(header);
      if (first === '') headers.set(header, [randomUUID()]);
    },
  };
}

function cookieChange(notes: Notes, values: ModifierValues): HeaderChange | undefined {
  const cookie = makeCookie(notes, values);
  if (cookie === undefined) return undefined;
  return {
    names: [],
    cookie,
    action({ headers, request }) {
      if (headers === request) headers.append('Cookie', cookie.pair);
      else headers.append('Set-Cookie', cookie.line);
    },
  };
}

function stash(
  notes: Notes,
  values: ModifierValues,
  urlNow: () => (ctx: GatewayContext) => string | undefined,
): HeaderChange | undefined {
  const name = readName(notes, values, 'headerName');
  if (name === undefined) return undefined;
  const read = urlNow();
  return {
    names: [name],
    action: ({ ctx, headers }) => headers.set(name, [read(ctx) ?? []].flat()),
  };
}

function readName(
  notes: Notes,
  values: ModifierValues,
  key: 'name' | 'from' | 'to' | 'headerName',
): string | undefined {
  const name = values[key];
  if (name === undefined) notes.at(key).refuse('write the name of the header');
  else if (checkName(notes, name)) return name;
  return undefined;
}

function checkName(notes: Notes, name: string): boolean {
  const lower = name.toLowerCase();
  const frames = lower === 'content-length' || isHopByHop(lower) || lower === 'expect';
  if (isFieldName(name) && !frames) return true;
  notes.refuse(
    frames
      ? `${name} frames the message, and KrakenD fails with it; take it out`
      : `${JSON.stringify(name)} is no name of a header`,
  );
  return false;
}
