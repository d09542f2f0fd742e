import { describe, expect, test } from '@jest/globals';
import { expectFailure } from '../support/client/refusal.ts';
import type { Outgoing } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { whereUpstreamsAre } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';
import { answering, rawUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const SECRET = 'upstream-k3y-5ecret';

async function failureOf(bytes: string, request: Outgoing = {}) {
  const upstream = await rawUpstream(answering(bytes));
  const observe = witness();
  const headers = { set: { 'X-Api-Key': SECRET } };
  const gateway = await startGateway({ target: upstream.target, headers, observe });
  const answer = await send(gateway.port, request);
  expectFailure(answer, 'upstream_invalid', gateway);
  const { cause } = gateway.errors[0] as { cause?: unknown };
  const text = (cause as Error).message;
  expect(cause).toBeInstanceOf(Error);
  const { detail } = await observe.record();
  return { text, answer, detail };
}

const OK = 'HTTP/1.1 200 OK\r\n';
const END = '\r\nContent-Length: 0\r\n\r\n';
const redirect = (status: number, location: string) =>
  `HTTP/1.1 ${status} Moved\r\nLocation: ${location}${END}`;
const lines = (count: number) => Array.from({ length: count }, (_, i) => `h${i}: v\r\n`).join('');

describe('who operates the gateway learns why an answer was not relayed; the client does not', () => {
  test.each<[string, string, RegExp]>([
    [
      'a slash that is missing',
      redirect(307, '/mcp/?key=1'),
      /307.*another path of its own origin.* \/mcp\/ /,
    ],
    ['a relative redirect', redirect(308, 'other'), /308.*another path of its own origin/],
    [
      'another origin',
      redirect(302, 'https://login.example/a?b=c'),
      /302.*another origin.*login\.example.*\/a$/,
    ],
    ['a redirect without a place', `HTTP/1.1 303 Other${END}`, /303.*nowhere/],
    ['a redirect to what is no URL', redirect(301, 'http://['), /301.*nowhere/],
    ['a copy that nobody has', `HTTP/1.1 304 Not Modified\r\n\r\n`, /304/],
    ['a status over 599', `HTTP/1.1 600 What${END}`, /600/],
    ['too many header lines', `${OK}${lines(1001)}Content-Length: 0\r\n\r\n`, /1000/],
  ])('%s', async (_what, bytes, expected) => {
    const { text, answer, detail } = await failureOf(bytes);
    expect(text).toMatch(expected);
    expect(text + detail).not.toMatch(/key=1|b=c/);
    expect(answer.body + answer.headers.join()).not.toMatch(/login|\/mcp\/|redirect/);
  });

  test.each([
    ['as it is', `/${SECRET}/x`],
    ['percent-encoded', `/${SECRET.replaceAll('-', '%2D')}/x`],
    ['as a host', `https://${SECRET}.example/`],
  ])('but of a secret that comes back %s nobody does', async (_how, location) => {
    const { text, detail } = await failureOf(redirect(307, location));
    expect(text).toContain('307');
    expect(detail).toMatch(/^redirect to http/);
    expect(decodeURIComponent(text + detail)).not.toContain(SECRET);
  });
});

whereUpstreamsAre('remote', () => {
  test('an event stream that cannot be edited says so', async () => {
    const type = 'Content-Type: text/event-stream';
    const upstream = await rawUpstream(answering(`${OK}${type}\r\nContent-Length: 3\r\n\r\n:\n\n`));
    const gateway = await startGateway({
      target: upstream.target,
      legacySse: { path: '/sse', messagePath: '/messages', target: String(upstream.target) },
    });
    const answer = await fetch(new URL('/sse', gateway.url));
    expect(answer.status).toBe(502);
    expect(String(gateway.errors[0]?.cause)).toMatch(/Content-Length/);
  });
});
