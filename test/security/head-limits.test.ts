import { describe, expect, test } from '@jest/globals';
import { exchange } from '../support/client/raw.ts';
import { expectUnheard, message, reasonIn, startPair } from './support/pair.ts';
import { valuesOf } from './support/strict-upstream.ts';

const CLOSE = 'Connection: close';
const post = (fields: readonly string[]) =>
  message('POST /mcp HTTP/1.1', [CLOSE, ...fields, 'Content-Length: 2'], '{}');

describe('a repeated singleton is refused', () => {
  const names = [
    'Host',
    'Authorization',
    'Origin',
    'Content-Type',
    'Content-Encoding',
    'Content-Length',
    'Last-Event-ID',
    'Mcp-Session-Id',
    'MCP-Protocol-Version',
    'Mcp-Method',
    'Mcp-Name',
    'Mcp-Param-Region',
    'Mcp-Whatever-Comes',
  ];

  test.each(names)('%s', async (name) => {
    // `Origin` alone is judged before: a list of origins is none that is allowed.
    const pair = await startPair({ cors: false, headers: { forward: ['Authorization'] } });
    const pairs = [
      [`${name}: 2`, `${name}: 2`],
      [`${name}: 2`, `${name.toLowerCase()}: 3`],
      [`${name.toUpperCase()}:`, 'Accept: */*', `${name}: 2`],
    ];
    for (const fields of pairs) {
      const isLength = name === 'Content-Length';
      const request = isLength ? message('POST /mcp HTTP/1.1', fields, '{}') : post(fields);
      const client = await exchange(pair.port, request);
      expect(client.statuses).toEqual([400]);
      // Node's parser refuses two lengths itself.
      if (!isLength) expect(reasonIn(client.text)).toBe('repeated_header');
    }
    await expectUnheard(pair);
  });

  test('Origin, where origins are checked: refused as well', async () => {
    const origin = 'https://app.example';
    const pair = await startPair({ cors: { origin } });
    const client = await exchange(pair.port, post([`Origin: ${origin}`, `Origin: ${origin}`]));
    expect([[400], [403]]).toContainEqual(client.statuses);
    await expectUnheard(pair);
  });

  test('CVE-2025-64484: `_` for `-` is the same field', async () => {
    const pair = await startPair();
    const client = await exchange(pair.port, post(['Mcp-Session-Id: a', 'Mcp-Session_Id: b']));
    expect(reasonIn(client.text)).toBe('repeated_header');
    await expectUnheard(pair);
  });

  test('other fields may be repeated and go upstream line by line', async () => {
    const { port, upstream } = await startPair();
    const fields = ['Accept: application/json', 'Baggage: a=1', 'Accept: text/event-stream'];
    const client = await exchange(port, post(fields));
    expect(client.statuses).toEqual([200]);
    expect(valuesOf(upstream.seen[0], 'accept')).toEqual(['application/json', 'text/event-stream']);
  });
});

/** As many header lines as `count` says, with those of {@link post}. */
function lines(count: number, last: string[] = []): string[] {
  const others = 3 + last.length;
  return [...Array.from({ length: count - others }, (_, i) => `X-${i}:`), ...last];
}

describe('too many header lines', () => {
  test.each([
    [undefined, 999],
    [50, 49],
    [2000, 1500],
    [0, 1500],
  ])('with maxHeadersCount %p: %d are relayed', async (maxHeadersCount, count) => {
    const { port, gateway, upstream } = await startPair();
    if (maxHeadersCount !== undefined) gateway.server.maxHeadersCount = maxHeadersCount;
    const client = await exchange(port, post(lines(count, ['Mcp-Name: last'])));
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
    expect(valuesOf(upstream.seen[0], 'mcp-name')).toEqual(['last']);
  });

  test.each([
    [undefined, 1000],
    [undefined, 1001],
    [undefined, 1031],
    [undefined, 1500],
    [50, 50],
    [50, 51],
    [50, 500],
    [2000, 2000],
  ])('with maxHeadersCount %p: %d are refused', async (maxHeadersCount, count) => {
    const pair = await startPair();
    if (maxHeadersCount !== undefined) pair.gateway.server.maxHeadersCount = maxHeadersCount;
    const client = await exchange(pair.port, post(lines(count)));
    expect(client.statuses).toEqual([431]);
    await expectUnheard(pair);
  });

  const smuggled = 'POST /mcp HTTP/1.1\r\nHost: gw\r\nMcp-Name: a\r\nContent-Length: 0\r\n\r\n';
  const size = smuggled.length;

  test.each([
    ['a length', `Content-Length: ${size}`, smuggled],
    ['a coding', 'Transfer-Encoding: chunked', `${size.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`],
  ])(
    'CVE-2026-58044: refused although %s comes after the last that counts',
    async (_, field, body) => {
      const pair = await startPair();
      const fields = [CLOSE, ...lines(1200), field];
      const client = await exchange(pair.port, message('POST /mcp HTTP/1.1', fields, body));
      expect(client.statuses).toEqual([431]);
      await expectUnheard(pair);
    },
  );
});

describe('too many bytes in the head', () => {
  test.each([
    ['in one field', post([`Mcp-Name: ${'a'.repeat(20_000)}`])],
    ['in many fields', post(Array.from({ length: 300 }, (_, i) => `X-${i}: ${'a'.repeat(100)}`))],
    ['in a name', post([`${'a'.repeat(20_000)}: b`])],
    ['in the target', message(`POST /mcp?${'a'.repeat(20_000)} HTTP/1.1`, [CLOSE])],
  ])('%s', async (_, request) => {
    const pair = await startPair();
    const client = await exchange(pair.port, request);
    expect(client.statuses).toEqual([431]);
    await expectUnheard(pair);
  });
});

describe('CVE-2026-21710: names that mean something to JavaScript', () => {
  const TRAPS = [
    'constructor',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'then',
    'toJSON',
    'length',
  ];
  const UNDERSCORED = ['__proto__', '__defineGetter__', '__lookupSetter__'];
  const fields = [...TRAPS, ...UNDERSCORED].flatMap((name) => [`${name}: a`, `${name}: b`]);

  test('are headers like any other: not forwarded', async () => {
    const { port, upstream } = await startPair();
    const client = await exchange(port, post(fields));
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
    expect(upstream.seen).toHaveLength(1);
  });

  test('forwarded line by line where a wildcard says so, except with an underscore', async () => {
    const allowed = TRAPS.map((name) => name.toLowerCase());
    const { port, upstream } = await startPair({ headers: { forward: ['*'] } }, allowed);
    const client = await exchange(port, post(fields));
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
    for (const name of allowed) expect(valuesOf(upstream.seen[0], name)).toEqual(['a', 'b']);
  });

  test.each([...TRAPS, ...UNDERSCORED])('forwarded where it is named: %s', async (name) => {
    const { port, upstream } = await startPair({ headers: { forward: [name] } }, [
      name.toLowerCase(),
    ]);
    const client = await exchange(port, post(fields));
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
    expect(valuesOf(upstream.seen[0], name.toLowerCase())).toEqual(['a', 'b']);
  });

  test.each(TRAPS)('as a nomination: %s', async (name) => {
    const { port, upstream } = await startPair({ headers: { forward: ['*'] } });
    const client = await exchange(
      port,
      message('GET /mcp HTTP/1.1', [`Connection: close, ${name}, __proto__`, `${name}: a`]),
    );
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
    expect(upstream.seen).toHaveLength(1);
  });

  test('as the rest of an MCP header: relayed, and refused when repeated', async () => {
    const { port, upstream } = await startPair();
    const client = await exchange(port, post(['Mcp-__proto__: a', 'Mcp-constructor: b']));
    expect(client.statuses).toEqual([200]);
    expect(valuesOf(upstream.seen[0], 'mcp-__proto__')).toEqual(['a']);
    const repeated = await exchange(port, post(['Mcp-__proto__: a', 'mcp-__PROTO__: a']));
    expect(repeated.statuses).toEqual([400]);
    expect(upstream.heads).toHaveLength(1);
  });
});
