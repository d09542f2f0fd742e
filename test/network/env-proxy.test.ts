import { createServer } from 'node:http';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMcpGateway } from '../../src/index.ts';
import { Authority, describeWithCertificates } from '../support/certificates.ts';
import { send } from '../support/client/send.ts';
import { problemsOf } from '../support/config-error.ts';
import { startGateway } from '../support/gateway.ts';
import { testOnIpv6 } from '../support/ipv6.ts';
import { secureUpstream } from '../support/secure-upstream.ts';
import { atTestEnd, listenOn } from '../support/servers.ts';
import { startGatewayProcess } from '../support/start-gateway-process.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { forwardProxy } from './support/forward-proxy.ts';

const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy'];
const NAMES = [...PROXIES, ...PROXIES.map((name) => name.toUpperCase()), 'NODE_USE_ENV_PROXY'];

const before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));

/** What tests set is this process's own. */
function forget(): void {
  for (const name of NAMES) delete process.env[name];
}

beforeEach(forget);
afterEach(forget);
afterAll(() => {
  for (const name of NAMES) if (before[name] !== undefined) process.env[name] = before[name];
});

/** Whether a request to `host` goes through the proxy of the environment. */
async function isProxied(host: string, noProxy: string | undefined): Promise<boolean> {
  const { port } = await recordingUpstream();
  const proxy = await forwardProxy();
  process.env.HTTP_PROXY = proxy.url;
  if (noProxy !== undefined) process.env.NO_PROXY = noProxy.replaceAll('PORT', String(port));
  const gateway = await startGateway({ target: `http://${host}:${port}/`, proxy: 'env' });
  await send(gateway.port);
  return proxy.asked.length === 1;
}

describe('a gateway with proxy: env', () => {
  test('takes the environment as it was when it was made', async () => {
    const { port } = await recordingUpstream();
    const proxies = [await forwardProxy(), await forwardProxy()] as const;
    process.env.HTTP_PROXY = proxies[0].url;
    const gateway = await startGateway({ target: `http://mcp.example:${port}/`, proxy: 'env' });
    process.env.HTTP_PROXY = proxies[1].url;
    process.env.NO_PROXY = '*';

    expect(await send(gateway.port)).toMatchObject({ status: 200 });
    expect(proxies.map(({ asked }) => asked.length)).toEqual([1, 0]);
  });

  test('takes names in lower case first', async () => {
    const { port } = await recordingUpstream();
    const proxies = [await forwardProxy(), await forwardProxy()] as const;
    process.env.HTTP_PROXY = proxies[0].url;
    process.env.http_proxy = proxies[1].url;
    const gateway = await startGateway({ target: `http://mcp.example:${port}/`, proxy: 'env' });

    expect(await send(gateway.port)).toMatchObject({ status: 200 });
    expect(proxies.map(({ asked }) => asked.length)).toEqual([0, 1]);
  });

  test('goes directly where the environment names no proxy for the protocol', async () => {
    const { target } = await recordingUpstream();
    process.env.HTTPS_PROXY = 'http://127.0.0.1:1';
    const gateway = await startGateway({ target, proxy: 'env' });

    expect(await send(gateway.port)).toMatchObject({ status: 200 });
  });

  test.each(['socks5://127.0.0.1:1', 'proxy.example:3128', 'http://u:hidden@x/path'])(
    'is refused where %s is named, which is no HTTP proxy',
    (url) => {
      process.env.https_proxy = url;
      const create = () => createMcpGateway({ target: 'https://mcp.example', proxy: 'env' });
      expect(problemsOf(create)).toEqual([
        expect.objectContaining({
          path: 'proxy',
          given: 'a text',
          expected: expect.stringContaining('https_proxy'),
        }),
      ]);
    },
  );

  test('is on by itself where Node is told so, and off with false', async () => {
    const { port } = await recordingUpstream();
    const proxy = await forwardProxy();
    Object.assign(process.env, { HTTP_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' });
    const target = `http://127.0.0.1:${port}/`;

    const byDefault = await startGateway({ target });
    expect(await send(byDefault.port)).toMatchObject({ status: 200 });
    expect(proxy.asked).toHaveLength(1);
    const without = await startGateway({ target, proxy: false });
    expect(await send(without.port)).toMatchObject({ status: 200 });
    expect(proxy.asked).toHaveLength(1);
  });

  test('binds nobody who names a proxy in the configuration', async () => {
    const { port } = await recordingUpstream();
    const proxy = await forwardProxy();
    Object.assign(process.env, { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' });
    const gateway = await startGateway({ target: `http://127.0.0.1:${port}/`, proxy: proxy.url });

    expect(await send(gateway.port)).toMatchObject({ status: 200 });
    expect(proxy.asked).toHaveLength(1);
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['localhost', '*'],
    ['localhost', ' * '],
    ['localhost', 'localhost'],
    ['localhost', 'LOCALHOST'],
    ['LocalHost', 'localhost'],
    ['localhost', 'a.example, localhost ,b.example'],
    ['localhost', 'localhost:PORT'],
    ['localhost', '.localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.1:PORT'],
    ['127.0.0.1', '127.0.0.0-127.0.0.9'],
    ['127.0.0.1', '127.0.0.1 - 127.0.0.1'],
  ])('%s goes directly with %s', async (host, noProxy) => {
    expect(await isProxied(host, noProxy)).toBe(false);
  });

  test.each([
    ['localhost', undefined],
    ['localhost', ''],
    ['localhost', ','],
    ['localhost', 'localhost:1'],
    ['localhost', 'host'],
    ['localhost', '*host'],
    ['localhost', '*.localhost'],
    ['a.localhost', 'localhost'],
    ['xlocalhost', '.localhost'],
    ['127.0.0.1', '127.0.0.2-127.0.0.9'],
    ['127.0.0.1', '127.0.0.9-127.0.0.0'],
    ['127.0.0.1', '127.0.0.0-x'],
    ['127.0.0.1', '127.0.0.0/8'],
    ['127.0.0.1', '::-ffff::'],
  ])('%s goes through the proxy with %s', async (host, noProxy) => {
    expect(await isProxied(host, noProxy)).toBe(true);
  });

  testOnIpv6('takes IPv6 with or without brackets and port', async () => {
    const server = createServer((_req, res) => res.end('{}'));
    const port = await listenOn(server, '::1');
    for (const entry of ['::1', '[::1]', `[::1]:${port}`, '::-::ff']) {
      Object.assign(process.env, { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: entry });
      const gateway = await startGateway({ target: `http://[::1]:${port}/`, proxy: 'env' });
      expect(await send(gateway.port)).toMatchObject({ status: 200 });
    }
  });
});

describe('a process', () => {
  const started = async (env: Record<string, string>, target: string) => {
    const gateway = await startGatewayProcess({ target }, env);
    atTestEnd(() => gateway.stop());
    return gateway;
  };

  test.each<[string, Record<string, string>, number]>([
    ['with NODE_USE_ENV_PROXY=1 uses the proxy', { NODE_USE_ENV_PROXY: '1' }, 1],
    ['without it does not', {}, 0],
    ['with another value does not', { NODE_USE_ENV_PROXY: '0' }, 0],
  ])('%s', async (_what, env, count) => {
    const { port } = await recordingUpstream();
    const proxy = await forwardProxy();
    const gateway = await started(
      { HTTP_PROXY: proxy.url, ...env },
      `http://127.0.0.1:${port}/mcp`,
    );

    expect(await send(gateway.port)).toMatchObject({ status: 200 });
    expect(proxy.asked).toHaveLength(count);
    expect(gateway.uncaught).toEqual([]);
  });

  describeWithCertificates('with NODE_EXTRA_CA_CERTS', () => {
    test('and a proxy trusts these authorities on both legs', async () => {
      const authority = new Authority('Extra authority');
      const upstream = await secureUpstream(authority.issue('mcp.example'));
      const proxy = await forwardProxy({ identity: authority.issue('127.0.0.1') });
      const target = `https://mcp.example:${upstream.port}/mcp`;
      const env = { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxy.url };
      const trusting = await started({ ...env, NODE_EXTRA_CA_CERTS: authority.file }, target);
      const other = await started(env, target);

      for (const body of ['{"one":1}', '{"two":2}']) {
        expect(await send(trusting.port, { body })).toMatchObject({ status: 200, body });
      }
      expect(proxy.asked).toEqual([`CONNECT mcp.example:${upstream.port}`]);
      expect(await send(other.port)).toMatchObject({ status: 502 });
      expect(upstream.seen).toHaveLength(2);
      expect([...trusting.uncaught, ...other.uncaught]).toEqual([]);
    });
  });
});
