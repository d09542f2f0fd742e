import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { exchange } from '../support/client/raw.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

const OWN = '/mcp?key=1&Tenant=acme';
const forward = ['folder', 'a b', 'x[]', 'key', 'größe', 'a+b', 'tenant'];

/** An upstream at `OWN`, and a gateway that forwards some names. */
async function start(config: Partial<GatewayConfig> = {}, own = OWN) {
  const upstream = await recordingUpstream();
  const target = new URL(own, `http://127.0.0.1:${upstream.port}`).href;
  const gateway = await startGateway({ target, query: { forward }, ...config });
  return { upstream, gateway, seen: () => upstream.seen.map(({ url }) => url) };
}

describe('what goes upstream of the client’s query', () => {
  test.each<[name: string, query: string, forwarded: string]>([
    ['nothing', '', ''],
    ['an empty query', '?', ''],
    ['a name that is forwarded', '?folder=a', '&folder=a'],
    ['and one that is not', '?x=1&folder=a&y=2', '&folder=a'],
    ['repeated, in their order', '?folder=b&x=1&folder=a', '&folder=b&folder=a'],
    ['without a value', '?folder', '&folder'],
    ['with an empty one', '?folder=', '&folder='],
    [
      'bytes as they came',
      "?folder=%7e~%2F/a+b%20'(!)*%C3%B6?=@:$,",
      "&folder=%7e~%2F/a+b%20'(!)*%C3%B6?=@:$,",
    ],
    ['a value that is not well encoded', '?folder=%zz%', '&folder=%zz%'],
    ['what is encoded stays so', '?folder=a%26key=2%23%00', '&folder=a%26key=2%23%00'],
    ['a name that is encoded', '?%66older=a', '&%66older=a'],
    ['a name with a space, either way', '?a+b=1&a%20b=2', '&a+b=1&a%20b=2'],
    ['a name with a plus', '?a%2Bb=1', '&a%2Bb=1'],
    ['a name with brackets', '?x[]=1&x%5B%5D=2', '&x[]=1&x%5B%5D=2'],
    ['a name in UTF-8', '?gr%C3%B6%c3%9fe=1', '&gr%C3%B6%c3%9fe=1'],
    ['not what the target has', '?key=2', ''],
    ['nor that encoded', '?%6bey=2', ''],
    ['nor in another case', '?tenant=evil&TENANT=evil', ''],
    ['not with NUL behind the name', '?folder%00=a', ''],
    ['not with brackets behind it', '?folder[]=a&folder%5B0%5D=a', ''],
    ['not in another case', '?Folder=a', ''],
    ['not a name that is not well encoded', '?folder%=a&%zz=b&%c0%ae=c', ''],
    ['not encoded twice', '?%2566older=a', ''],
    ['not a name like those of every object', '?__proto__=a&constructor=b', ''],
    ['not what is behind a semicolon', '?x=1;folder=a', ''],
    ['not what is behind a fragment', '?folder=a#&folder=b', '&folder=a'],
    ['the second question mark is no beginning', '?x?folder=a', ''],
  ])('%s: %s', async (_name, query, forwarded) => {
    const { gateway, seen } = await start();

    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await send(gateway.port, { method, path: `/mcp${query}` });
      expect(answer.status).toBe(200);
    }

    expect(seen()).toEqual(Array(3).fill(OWN + forwarded));
  });

  test('400 for a semicolon, at which some servers split; the upstream hears nothing', async () => {
    const { gateway, seen } = await start();

    const answer = await send(gateway.port, { path: '/mcp?folder=a;key=2' });

    expect(answer.status).toBe(400);
    expect(reasonOf(answer)).toBe('invalid_request');
    expect(answer.body).toContain('percent-encode');
    expect(seen()).toEqual([]);
    expect(gateway.errors.map(({ reason }) => reason)).toEqual(['invalid_request']);
  });

  test.each(['?folder=a b', '?folder=a\u0000b', '?folder=a\tb', '?folder=\u00e4'])(
    'Node itself refuses a request line with a blank, control character or other byte: %j',
    async (query) => {
      const { gateway, seen } = await start();
      const client = await exchange(gateway.port, rawRequest({ path: `/mcp${query}` }));
      expect(client.statuses).toEqual([400]);
      expect(seen()).toEqual([]);
    },
  );

  test('what does not go upstream may be anything', async () => {
    const { gateway, seen } = await start();
    await send(gateway.port, { path: '/mcp?x=a;b&folder=1' });
    expect(seen()).toEqual([`${OWN}&folder=1`]);
  });

  test('without the option nothing of it does', async () => {
    const { gateway, seen } = await start({ query: false });
    await send(gateway.port, { path: '/mcp?folder=a' });
    expect(seen()).toEqual([OWN]);
  });

  test.each(['/mcp', '/mcp?', '/'])(
    'behind a target without a query of its own: %s',
    async (own) => {
      const { gateway, seen } = await start({}, own);
      await send(gateway.port, { path: '/mcp?folder=a&key=2' });
      await send(gateway.port, { path: '/mcp?x' });
      const path = own.replace('?', '');
      expect(seen()[0]).toBe(`${path}?folder=a&key=2`);
      expect(seen()[1]).toMatch(new RegExp(`^${path}\\??$`));
    },
  );

  test('at a handler in this process', async () => {
    const seen: (string | undefined)[] = [];
    const target = (req: IncomingMessage, res: { end(text: string): void }) => {
      seen.push(req.url);
      res.end('{}');
    };
    const gateway = await startGateway({ target, query: { forward } });
    await send(gateway.port, { path: '/mcp?folder=a&x=1' });
    expect(seen).toEqual(['/mcp?folder=a']);
  });
});
