import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { MessageProblem } from '../../src/mcp/message-problem.ts';
import { copyShown, parseShown } from '../support/unreadable.ts';
import { accepted, call, message, read, refused, request } from './support/read.ts';

const PARSE_ERROR = { reason: 'parse_error', code: -32700, id: null };
const ping = request('ping');

describe('one JSON document in UTF-8', () => {
  test.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a BOM', `\ufeff${ping}`],
    ['UTF-16', Buffer.from(ping, 'utf16le')],
    ['UTF-16 with a BOM', Buffer.from(`\ufeff${ping}`, 'utf16le')],
    ['UTF-32', Buffer.from([...ping].flatMap((char) => [0, 0, 0, char.charCodeAt(0)]))],
    ['Latin-1', Buffer.from(call('{"a":"\u00e4"}'), 'latin1')],
    ['an overlong form', Buffer.from(call('{"a":"\u00c0\u00af"}'), 'latin1')],
    ['a surrogate in UTF-8', Buffer.from(call('{"a":"\u00ed\u00a0\u0080"}'), 'latin1')],
    ['a second document', `${ping}${ping}`],
    ['a second document on its line', `${ping}\n${ping}`],
    ['a comma behind', `${ping},`],
    ['a NUL behind', `${ping}\0`],
    ['a blank of Unicode', `${ping}\u00a0`],
    ['an end that is missing', ping.slice(0, -1)],
    ['a comment', `/**/${ping}`],
    ['a trailing comma', request('ping', '{"a":1,}')],
    ['single quotes', ping.replaceAll('"', "'")],
    ['a name without quotes', request('ping', '{a:1}')],
    ['NaN', request('ping', undefined, 'NaN')],
    ['a leading zero', request('ping', undefined, '01')],
    ['a plus', request('ping', undefined, '+1')],
    ['a control character in a string', call('{"a":"\n"}')],
    ['an unknown escape', call('{"a":"\\x41"}')],
    ['an escape of three digits', call('{"a":"\\u004"}')],
  ])('%s', (_name, body) => {
    expect(refused(body, { seesArguments: true })).toMatchObject(PARSE_ERROR);
    expect(refused(body, { seesArguments: false })).toMatchObject(PARSE_ERROR);
  });

  test('a BOM inside a string is text', () => {
    expect(message(call('{"a":"\ufeff"}')).arguments).toEqual({ a: '\ufeff' });
  });

  test('a fault of syntax is told before one of names, or of messages', () => {
    expect(refused('{"id":1,"id":2')).toMatchObject(PARSE_ERROR);
    for (const rest of ['', ',', ',{]', ',{}]]', ',1}']) {
      expect(refused(`[{}${rest}`)).toMatchObject(PARSE_ERROR);
    }
  });
});

describe('JSON is nested no deeper than every reader goes', () => {
  const nested = (levels: number, open: string, close: string) =>
    call(`{"a":${open.repeat(levels)}${close.repeat(levels)}}`);
  // The message, params, arguments.
  const rest = 256 - 3;

  test.each([true, false])('256 levels, arguments seen: %j', (seesArguments) => {
    accepted(nested(rest, '[', ']'), { seesArguments });
    expect(refused(nested(rest + 1, '[', ']'), { seesArguments })).toMatchObject(PARSE_ERROR);
    const objects = nested(rest, '{"a":', '}').replace('{"a":}', '{}');
    accepted(objects, { seesArguments });
    const deeper = nested(rest + 1, '{"a":', '}').replace('{"a":}', '{}');
    expect(refused(deeper, { seesArguments })).toMatchObject(PARSE_ERROR);
  });

  test.each([
    nested(100_000, '[', ']'),
    nested(100_000, '{"a":', '}'),
    '['.repeat(100_000),
    '{"params":'.repeat(100_000),
    `{"id":${'['.repeat(100_000)}`,
    `{"result":${'['.repeat(100_000)}`,
  ])('100,000 levels, document %#', (body) => {
    expect(refused(body, { seesArguments: true })).toMatchObject(PARSE_ERROR);
    expect(refused(body, { seesArguments: false })).toMatchObject(PARSE_ERROR);
  });
});

describe('JSONTestSuite', () => {
  const folder = new URL('../../../shared/corpora/JSONTestSuite/test_parsing/', import.meta.url);
  if (!existsSync(folder)) {
    process.stderr.write('Skipped: JSONTestSuite (no ../shared/corpora/JSONTestSuite)\n');
    test.skip('as tool arguments', () => {});
    return;
  }
  const files = readdirSync(folder).map((name) => ({
    name,
    bytes: readFileSync(new URL(encodeURIComponent(name), folder)),
  }));
  /** Names that two readers could understand differently. */
  const AMBIGUOUS = ['y_object_duplicated_key', 'y_object_escaped_null_in_key'];

  const [before = '', after = ''] = call('{"a":?}').split('?');
  const inArguments = (bytes: Buffer) =>
    Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);

  test.each(files)('$name as a tool argument', ({ name, bytes }) => {
    const body = inArguments(bytes);
    const unseen = read(body, { seesArguments: false });
    const seen = read(body, { seesArguments: true });
    if (name.startsWith('n_')) {
      expect(unseen).toMatchObject(PARSE_ERROR);
      expect(seen).toMatchObject(PARSE_ERROR);
      return;
    }
    const parsed = parse(body);
    const isAccepted = parsed !== undefined && !name.includes('500_nested');
    if (name.startsWith('y_')) expect(isAccepted).toBe(true);
    expect(unseen instanceof MessageProblem).toBe(!isAccepted);
    const isSeen = isAccepted && !AMBIGUOUS.some((start) => name.startsWith(start));
    // Half a surrogate pair in a name is another matter than in a value.
    const isRefused = seen instanceof MessageProblem;
    expect(isRefused).toBe(!isSeen || name === 'i_object_key_lone_2nd_surrogate.json');
    if (isRefused) return;
    expect(copyShown(seen.messages[0]?.arguments)).toEqual(parsed?.params.arguments);
  });

  test.each(files)('$name as a body', ({ name, bytes }) => {
    const reason = name.startsWith('y_') ? 'invalid_request' : 'parse_error';
    const problem = refused(bytes);
    if (!name.startsWith('i_')) expect(problem).toMatchObject({ reason, id: null });
  });

  interface Call {
    readonly params: { readonly arguments: unknown };
  }

  function parse(bytes: Buffer): Call | undefined {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      return parseShown(text) as Call;
    } catch {
      return undefined;
    }
  }
});
