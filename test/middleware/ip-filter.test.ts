import { describe, expect, test } from '@jest/globals';
import connect from 'connect';
import express from 'express';
import {
  createMcpGateway,
  GatewayConfigError,
  type IpFilterOptions,
  ipFilter,
} from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

/** What becomes of a request whose last proxy, which is trusted, says that it comes from there. */
async function ask(options: IpFilterOptions, forwarded: string) {
  const upstream = await recordingUpstream();
  const gateway = await startGateway({ target: upstream.target, ipFilter: options }, (app) =>
    app.set('trust proxy', 1),
  );
  const headers = { 'X-Forwarded-For': forwarded };
  const answer = await fetch(gateway.url, { method: 'POST', headers });
  expect(upstream.seen).toHaveLength(answer.status === 200 ? 1 : 0);
  expect(gateway.errors.map(({ reason }) => reason)).toEqual(
    answer.status === 200 ? [] : ['ip_not_allowed'],
  );
  return answer;
}

/** One address, spelled in every way that a socket or a proxy may. */
const SPELLINGS = [
  '10.1.2.3',
  '::ffff:10.1.2.3',
  '::FFFF:10.1.2.3',
  '::ffff:0a01:0203',
  '::ffff:a01:203',
  '0:0:0:0:0:ffff:0a01:0203',
  '0000:0000:0000:0000:0000:FFFF:0A01:0203',
  '0::ffff:10.1.2.3',
  '10.1.2.3:4711',
  '[::ffff:10.1.2.3]:4711',
  '[::ffff:a01:203]',
];

describe('one address is one, however it is written', () => {
  test.each(SPELLINGS)('a deny of 10.0.0.0/8 catches %s', async (spelling) => {
    expect((await ask({ deny: ['10.0.0.0/8'] }, spelling)).status).toBe(403);
  });

  test.each(SPELLINGS)('an allow of 10.1.2.3 lets %s in', async (spelling) => {
    expect((await ask({ allow: ['10.1.2.3'] }, spelling)).status).toBe(200);
  });

  test.each(['::ffff:10.0.0.0/104', '::FFFF:0a00:0/104', '::ffff:10.1.2.3', '::ffff:a01:203/128'])(
    'a rule of %s is one for IPv4',
    async (rule) => {
      for (const spelling of ['10.1.2.3', '::ffff:a01:203']) {
        expect((await ask({ deny: [rule] }, spelling)).status).toBe(403);
      }
      expect((await ask({ deny: [rule] }, '11.1.2.3')).status).toBe(200);
    },
  );

  test.each(['2001:db8::1', '2001:DB8:0:0::1', '2001:0db8::0001', '[2001:db8::1]:99'])(
    'an allow of 2001:db8::/33 lets %s in',
    async (spelling) => {
      expect((await ask({ allow: ['2001:db8::/33'] }, spelling)).status).toBe(200);
    },
  );
});

describe('a zone belongs to addresses of a link (RFC 4007 section 11)', () => {
  test.each([
    '10.1.2.3%1',
    '10.1.2.3%eth0',
    '10.1.2.3%',
    '10.1.2.3%:80',
    '10.1.2.3%25:80',
    '10.1.2.3:80%1',
    '[10.1.2.3%1]:80',
    '::ffff:10.1.2.3%eth0',
    '::ffff:a01:203%1',
    '[::ffff:10.1.2.3%1]:80',
    '::10.1.2.3%1',
    '2001:db8::1%eth0',
    '::1%lo',
    'fe80::1%',
    'fe80::1%eth0%eth1',
    'fe80::1%eth 0',
    '%eth0',
    '%',
  ])('%s is no address, and comes in nowhere', async (address) => {
    const everything = ['0.0.0.0/0', '::/0'];
    expect((await ask({ allow: everything }, address)).status).toBe(403);
    expect((await ask({ deny: ['192.0.2.1'] }, address)).status).toBe(403);
  });

  test.each(['fe80::1%eth0', 'FE80::1%2', 'feb0::1%br-1.100', '[fe80::1%eth0]:80', 'fe80::1'])(
    '%s is one of the link',
    async (address) => {
      expect((await ask({ allow: ['fe80::/10'] }, address)).status).toBe(200);
    },
  );
});

test('the address is that of the app in which it is asked for, and its proxies are asked about once', async () => {
  const upstream = await recordingUpstream();
  const app = express();
  const inner = express();
  let asked = 0;
  inner.set('trust proxy', () => {
    asked += 1;
    return true;
  });
  app.use(ipFilter({ allow: ['127.0.0.1'] }));
  inner.use(createMcpGateway({ target: upstream.target, ipFilter: { allow: ['10.1.2.3'] } }));
  app.use('/inner', inner);
  const { port } = await serve(app);
  const askFrom = (address: string) =>
    fetch(`http://127.0.0.1:${port}/inner/mcp`, {
      method: 'POST',
      headers: { 'X-Forwarded-For': address },
    });
  expect((await askFrom('10.1.2.4')).status).toBe(403);
  const once = asked;
  expect(once).toBeGreaterThan(0);
  expect((await askFrom('10.1.2.3')).status).toBe(200);
  expect(asked).toBe(2 * once);
});

test.each<[string, (req: express.Request, address: string) => void]>([
  [
    '`req.ip` itself',
    (req, value) => Object.defineProperty(req, 'ip', { value, configurable: true }),
  ],
  [
    'what `trust proxy` goes by',
    (req, value) => {
      req.headers['x-forwarded-for'] = value;
    },
  ],
])('behind a middleware that sets %s, the address is what that says', async (_what, set) => {
  const app = express().set('trust proxy', true);
  app.use(ipFilter({ allow: ['127.0.0.1'] }));
  app.use((req, _res, next) => {
    set(req, String(req.headers['x-edge-ip']));
    next();
  });
  app.use(ipFilter({ allow: ['10.1.2.3'] }), (req, res) => void res.send(req.ip));
  const { port } = await serve(app);
  const askFrom = async (address: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'X-Edge-IP': address } });
    return answer.status;
  };
  expect([await askFrom('10.1.2.3'), await askFrom('10.1.2.4')]).toEqual([200, 403]);
});

describe('the edges of networks', () => {
  test.each<[IpFilterOptions, string, number]>([
    [{ allow: ['10.0.0.0/8'] }, '10.255.255.255', 200],
    [{ allow: ['10.0.0.0/8'] }, '11.0.0.0', 403],
    [{ allow: ['10.0.0.0/8'] }, '9.255.255.255', 403],
    [{ allow: ['192.0.2.128/25'] }, '192.0.2.127', 403],
    [{ allow: ['192.0.2.128/25'] }, '192.0.2.128', 200],
    [{ allow: ['192.0.2.1/32'] }, '192.0.2.2', 403],
    [{ allow: ['2001:db8::/33'] }, '2001:db8:8000::1', 403],
    [{ allow: ['2001:db8::1'] }, '2001:db8::2', 403],
    [{ allow: ['0.0.0.0/0'] }, '203.0.113.9', 200],
    [{ allow: ['0.0.0.0/0'] }, '2001:db8::1', 403],
    [{ allow: ['::/0'] }, '2001:db8::1', 200],
    // To Node's own list it would be all of IPv4 as well.
    [{ allow: ['::/0'] }, '203.0.113.9', 403],
    [{ allow: ['::/0'] }, '::ffff:203.0.113.9', 403],
    [{ deny: ['::1'] }, '127.0.0.1', 200],
  ])('%j: %s gets %i', async (options, address, status) => {
    expect((await ask(options, address)).status).toBe(status);
  });

  test('deny wins over allow, whichever is narrower', async () => {
    const both = { allow: ['10.0.0.0/8', '192.0.2.1'], deny: ['10.1.0.0/16', '192.0.2.0/24'] };
    expect((await ask(both, '10.2.0.1')).status).toBe(200);
    expect((await ask(both, '10.1.0.1')).status).toBe(403);
    expect((await ask(both, '192.0.2.1')).status).toBe(403);
  });
});

describe('what is no address is refused, because nobody knows what it is', () => {
  test.each(['unknown', '_hidden', '10.1', '010.1.2.3', '0x0a010203', '10.1.2.3.4', '::ffff:10.1'])(
    '%s',
    async (text) => {
      for (const options of [{ allow: ['0.0.0.0/0', '::/0'] }, { deny: ['192.0.2.1'] }]) {
        expect((await ask(options, text)).status).toBe(403);
      }
    },
  );
});

describe('only the socket, or a proxy that is trusted, says where a request comes from', () => {
  test('X-Forwarded-For of anybody else changes nothing', async () => {
    const upstream = await recordingUpstream();
    const { url } = await startGateway({
      target: upstream.target,
      ipFilter: { deny: ['127.0.0.0/8'] },
    });
    for (const name of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP']) {
      const headers = { [name]: name === 'Forwarded' ? 'for=192.0.2.1' : '192.0.2.1' };
      expect((await fetch(url, { method: 'POST', headers })).status).toBe(403);
    }
    expect(upstream.seen).toEqual([]);
  });

  test('with one proxy in front, what a client says before it counts for nothing', async () => {
    expect((await ask({ allow: ['10.0.0.1'] }, '10.0.0.1, 192.0.2.1')).status).toBe(403);
    expect((await ask({ allow: ['10.0.0.1'] }, '192.0.2.1, 10.0.0.1')).status).toBe(200);
  });

  test('every method is filtered', async () => {
    const upstream = await recordingUpstream();
    const ipFilter = { allow: ['192.0.2.1'] };
    const { url } = await startGateway({ target: upstream.target, ipFilter });
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect((await fetch(url, { method })).status).toBe(403);
    }
    expect(upstream.seen).toEqual([]);
  });

  test('the answer is one of the error table, and says no address', async () => {
    const answer = await ask({ deny: ['10.0.0.0/8'] }, '10.1.2.3');
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { code: 403, data: { reason: 'ip_not_allowed' } },
    });
    expect(text).not.toMatch(/10\./);
  });
});

describe('ipFilter by itself in Connect', () => {
  async function statusOf(options: IpFilterOptions, headers: Record<string, string> = {}) {
    const app = connect();
    app.use(ipFilter(options));
    app.use((_req, res) => res.end());
    const { port } = await serve(app);
    return (await fetch(`http://127.0.0.1:${port}/`, { headers })).status;
  }

  test('the address is that of the socket', async () => {
    expect(await statusOf({ allow: ['127.0.0.1'] })).toBe(200);
    expect(await statusOf({ deny: ['127.0.0.1'] })).toBe(403);
    expect(await statusOf({ deny: ['127.0.0.1'] }, { 'X-Forwarded-For': '10.0.0.1' })).toBe(403);
  });

  test('clientIp says where there is a proxy', async () => {
    const options: IpFilterOptions = {
      allow: ['10.0.0.0/8'],
      clientIp: ({ headers }) => headers['x-real-ip']?.toString(),
    };
    expect(await statusOf(options, { 'X-Real-IP': '10.0.0.1' })).toBe(200);
    expect(await statusOf(options, { 'X-Real-IP': '11.0.0.1' })).toBe(403);
    expect(await statusOf(options)).toBe(403);
  });

  test('a clientIp that fails lets nobody in', async () => {
    const fail = () => {
      throw new Error('no');
    };
    expect(await statusOf({ deny: ['10.0.0.1'], clientIp: fail })).toBe(500);
    const later = (async () => '127.0.0.1') as never;
    expect(await statusOf({ allow: ['127.0.0.1'], clientIp: later })).toBe(403);
  });
});

describe('a mistake names its path', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what the types would refuse.
  test.each<[any, string]>([
    [{}, ''],
    [undefined, ''],
    [{ allow: [] }, 'allow'],
    [{ deny: [] }, 'deny'],
    [{ allow: '10.0.0.0/8' }, 'allow'],
    [{ allow: ['10.0.0.0/8', '10.0.0'] }, 'allow[1]'],
    [{ deny: ['10.0.0.0/33'] }, 'deny[0]'],
    [{ deny: ['10.0.0.0/08'] }, 'deny[0]'],
    [{ deny: ['10.0.0.0/'] }, 'deny[0]'],
    [{ deny: ['010.0.0.0/8'] }, 'deny[0]'],
    [{ deny: ['10.0.0.1:80'] }, 'deny[0]'],
    [{ deny: ['2001:db8::/129'] }, 'deny[0]'],
    [{ deny: ['::ffff:10.0.0.0/95'] }, 'deny[0]'],
    [{ deny: ['fe80::1%eth0'] }, 'deny[0]'],
    [{ deny: ['[::1]'] }, 'deny[0]'],
    [{ deny: ['localhost'] }, 'deny[0]'],
    [{ deny: [''] }, 'deny[0]'],
    [{ deny: [null] }, 'deny[0]'],
    [{ allow: ['::1'], clientIp: 'x' }, 'clientIp'],
    [{ allow: ['::1'], denied: [] }, 'denied'],
  ])('%j: %s', (options, path) => {
    const build = () => ipFilter(options);
    expect(build).toThrow(GatewayConfigError);
    expect(build).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ path })] }),
    );
  });

  test('in the gateway, below the option', async () => {
    const config = { target: 'http://x', ipFilter: { allow: ['::1', 'x'] } };
    await expect(startGateway(config)).rejects.toThrow(/ipFilter\.allow\[1\]: given "x"/);
  });
});
