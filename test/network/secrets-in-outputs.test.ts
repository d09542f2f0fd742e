import { beforeAll, expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import {
  Authority,
  describeWithCertificates,
  encrypted,
  type Identity,
} from '../support/certificates.ts';
import { secureUpstream } from '../support/secure-upstream.ts';
import { secretsIn } from '../support/told/secret-forms.ts';
import { toldGateway } from '../support/told/told-gateway.ts';
import { forwardProxy } from './support/forward-proxy.ts';

const PASSPHRASE = 'p4ssphrase "of" the\\key+/=';
const PASSWORD = 'p4ssword/of+the:proxy@';

describeWithCertificates('no secret of the way to the upstream is in what anybody is told', () => {
  let authority: Authority;
  let client: Identity;

  beforeAll(() => {
    authority = new Authority('Private authority');
    client = authority.issue('gateway.example');
  });

  interface Row {
    readonly status: number;
    /** What the proxy answers in place of a tunnel. */
    readonly refusal?: string;
    readonly tls?: (own: Authority) => GatewayConfig['tls'];
    readonly proxy?: string;
  }

  const ROWS: Readonly<Record<string, Row>> = {
    'a call is answered': { status: 200 },
    'the proxy wants other credentials': {
      status: 502,
      refusal: `HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="${PASSWORD}"\r\nX-Echo: ECHO\r\n\r\n`,
    },
    'the proxy refuses, and says back what it got': {
      status: 502,
      refusal: 'HTTP/1.1 403 ECHO\r\nX-Echo: ECHO\r\n\r\nECHO',
    },
    'the proxy speaks no HTTP': { status: 502, refusal: 'ECHO ECHO\r\n\r\n' },
    'the proxy is not there': {
      status: 502,
      proxy: `http://u:${encodeURIComponent(PASSWORD)}@127.0.0.1:1`,
    },
    'the certificate of the upstream is not trusted': { status: 502, tls: () => ({}) },
    'the upstream does not take the certificate': {
      status: 502,
      tls: (own) => ({ ...own.selfSigned('gateway.example'), ca: own.cert }),
    },
  };

  test.each(Object.entries(ROWS))('%s', async (_what, row) => {
    const identity = authority.issue('mcp.example');
    const upstream = await secureUpstream({
      ...identity,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const basic = Buffer.from(`u:${PASSWORD}`).toString('base64');
    const { refusal } = row;
    const proxy = await forwardProxy(
      refusal === undefined
        ? {}
        : { refuse: (socket) => socket.end(refusal.replaceAll('ECHO', `Basic ${basic}`)) },
    );
    const own = row.tls?.(authority);
    const key = encrypted(client.key, PASSPHRASE);
    const tls = own ?? { cert: client.cert, key, passphrase: PASSPHRASE, ca: authority.cert };
    for (const isMute of [false, true]) {
      const gateway = await toldGateway(
        {
          target: `https://mcp.example:${upstream.port}/mcp`,
          proxy: row.proxy ?? proxy.url.replace('//', `//u:${encodeURIComponent(PASSWORD)}@`),
          tls,
        },
        isMute,
      );
      const text = await gateway.ask(
        'POST /mcp HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
      );
      expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${row.status} `));
      if (row.proxy === undefined) {
        expect(proxy.headers[0]).toMatchObject({ 'proxy-authorization': `Basic ${basic}` });
      }
      const [, plainLine = ''] = client.key.split('\n');
      const [, line = ''] = key.split('\n');
      const secrets = { passphrase: PASSPHRASE, password: PASSWORD, plainLine, line };
      const told = Object.entries(await gateway.told());
      const found = told.map(([where, all]) => [where, secretsIn(all, secrets)]);
      expect(found.filter(([, names]) => names?.length !== 0)).toEqual([]);
    }
  });
});
