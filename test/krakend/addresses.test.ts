import { describe, expect, test } from '@jest/globals';
import { base, SERVICE, withValue } from './support/base.ts';
import { outcomeOf, said } from './support/outcome.ts';
import { type Change, runningWith } from './support/running.ts';

const ROUTER = [...SERVICE, 'router'];
const PLUGINS = [...SERVICE, 'plugin/http-server'];

describe('a list of trusted proxies', () => {
  test.each([
    ['a name', 'loopback'],
    ['no address', 'proxy.internal'],
    ['a prefix that is too long', '10.0.0.0/99'],
    ['a mask', '10.0.0.0/255.0.0.0'],
    ['a port', '10.0.0.1:80'],
  ])('is refused with %s', (_what, proxy) => {
    const { problems } = outcomeOf(
      withValue(base(), ROUTER, { trusted_proxies: ['10.0.0.1', proxy] }),
    );
    expect(problems).toHaveLength(1);
    expect(said(problems, 'extra_config.router.trusted_proxies[1]')).toMatch(/does not start/);
  });

  test.each(['0.0.0.0/0', '::/0'])('is refused with everybody: %s', (proxy) => {
    const { problems } = outcomeOf(withValue(base(), ROUTER, { trusted_proxies: [proxy] }));
    expect(said(problems, 'extra_config.router.trusted_proxies[0]')).toMatch(/anybody could say/);
  });

  test('says that X-Real-IP does not count, unless KrakenD does not read it either', () => {
    const warningsOf = (router: object) =>
      said(
        outcomeOf(withValue(base(), ROUTER, { trusted_proxies: ['10.0.0.1'], ...router })).warnings,
        'extra_config.router.trusted_proxies',
      );
    expect(warningsOf({})).toMatch(/X-Real-IP/);
    expect(warningsOf({ remote_ip_headers: ['X-Forwarded-For', 'X-Real-IP'] })).toMatch(/X-Real-/);
    expect(warningsOf({ remote_ip_headers: ['x-forwarded-for'] })).toBe('');
  });
});

test.each([[['X-Real-IP']], [['X-Real-IP', 'X-Forwarded-For']], [['X-Forwarded-For', 'X-Own']]])(
  'clients do not choose their address where a proxy writes another header: %s',
  (remote_ip_headers) => {
    const { problems } = outcomeOf(
      withValue(base(), ROUTER, { trusted_proxies: ['127.0.0.0/8'], remote_ip_headers }),
    );
    expect(said(problems, 'extra_config.router.remote_ip_headers')).toMatch(/only X-Forwarded-For/);
  },
);

describe('a filter of addresses', () => {
  const filter = (values: object): Change => [
    PLUGINS,
    { name: ['ip-filter'], 'ip-filter': { CIDR: ['9.9.9.9'], allow: false, ...values } },
  ];

  test('is refused where its proxies are not believed by the router', () => {
    const [at, value] = filter({ trusted_proxies: ['10.0.0.1'] });
    const off = { trusted_proxies: ['10.0.0.1'], forwarded_by_client_ip: false };
    const { problems } = outcomeOf(withValue(withValue(base(), at, value), ROUTER, off));
    expect(
      said(problems, 'extra_config["plugin/http-server"]["ip-filter"].trusted_proxies'),
    ).toMatch(/same proxies/);
  });

  test('says that it goes by the connection where no proxies are named', () => {
    const [at, value] = filter({});
    const off = { forwarded_by_client_ip: false };
    const { warnings } = outcomeOf(withValue(withValue(base(), at, value), ROUTER, off));
    expect(
      said(warnings, 'extra_config["plugin/http-server"]["ip-filter"].trusted_proxies'),
    ).toMatch(/that of the connection/);
  });

  test.each([
    ['the last that no proxy is', '9.9.9.9, 127.0.0.1', 403],
    ['not one that a client has put in front', '9.9.9.9, 8.8.8.8, 127.0.0.2', 200],
    ['the same, mapped to IPv6', '::ffff:9.9.9.9', 403],
    ['none that can be read', 'junk', 403],
  ])('takes %s', async (_what, hops, status) => {
    const { ask } = await runningWith([
      filter({}),
      [ROUTER, { trusted_proxies: ['::ffff:127.0.0.0/104'] }],
    ]);
    expect((await ask({ headers: { 'x-forwarded-for': hops } })).status).toBe(status);
  });
});
