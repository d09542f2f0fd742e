import { beforeAll, expect, test } from '@jest/globals';
import type { McpProxyOptions } from '../../src/exports/proxy.ts';
import { Authority, describeWithCertificates, encrypted } from '../support/certificates.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { post, send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { type SecureUpstream, secureUpstream } from '../support/secure-upstream.ts';
import { witness } from '../support/witness.ts';

const CALL = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

describeWithCertificates('an upstream with the certificate of a private authority', () => {
  let authority: Authority;
  let other: Authority;

  beforeAll(() => {
    authority = new Authority('Private authority');
    other = new Authority('Other authority');
  });

  const gatewayTo = ({ port }: SecureUpstream, tls: McpProxyOptions['tls'], host = 'localhost') =>
    startGateway({ target: `https://${host}:${port}/up/mcp`, ...(tls && { tls }) });

  test('is an upstream like any other with that authority in tls.ca, and is kept connected to', async () => {
    const upstream = await secureUpstream(authority.issue('localhost'));
    const gateway = await gatewayTo(upstream, { ca: authority.cert });

    for (const body of [CALL, '{"two":2}']) {
      expect(await post(gateway.port, body)).toMatchObject({ status: 200, body });
    }
    expect(upstream.seen).toEqual([
      `localhost:${upstream.port} /up/mcp ${CALL}`,
      `localhost:${upstream.port} /up/mcp {"two":2}`,
    ]);
    expect(upstream.connections).toEqual([{ servername: 'localhost', client: undefined }]);
  });

  test.each([
    ['as a Buffer', () => Buffer.from(authority.cert)],
    ['in a list', () => [other.cert, Buffer.from(authority.cert)]],
    ['in a bundle with a comment', () => `# CA\n${other.cert}\n${authority.cert}`],
  ])('the authority may be given %s', async (_how, ca) => {
    const upstream = await secureUpstream(authority.issue('localhost'));
    const gateway = await gatewayTo(upstream, { ca: ca() });

    expect(await post(gateway.port, CALL)).toMatchObject({ status: 200 });
  });

  test.each<[string, () => Parameters<typeof secureUpstream>[0], string]>([
    ['for another name', () => authority.issue('other.example'), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [
      'that has expired',
      () => authority.issue('localhost', { to: '200101000000Z' }),
      'CERT_HAS_EXPIRED',
    ],
    [
      'that is not yet valid',
      () => authority.issue('localhost', { from: '480101000000Z' }),
      'CERT_NOT_YET_VALID',
    ],
    [
      'that is signed by itself',
      () => authority.selfSigned('localhost'),
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
    [
      'of another authority',
      () => other.issue('localhost'),
      'UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
  ])(
    'a certificate %s is 502, and what is wrong is told to the operator alone',
    async (_what, identity, code) => {
      const upstream = await secureUpstream(identity());
      const observer = witness();
      const gateway = await startGateway({
        target: `https://localhost:${upstream.port}/`,
        tls: { ca: authority.cert },
        observe: observer,
      });

      const answer = await post(gateway.port, CALL);

      const [error] = gateway.errors;
      const cause = error?.cause as NodeJS.ErrnoException;
      expect(cause.code).toMatch(new RegExp(`^(${code})`));
      expect((await observer.record()).detail).toBe(cause.code);
      expect(answer.head + answer.body).not.toContain(cause.message);
      expect(answer.head + answer.body).not.toMatch(/certificate|CERT_/i);
      expectFailure(answer, 'upstream_unreachable', gateway);
      expect(upstream.seen).toEqual([]);
    },
  );

  test('any certificate will do with unsafeAllowInvalidCertificates, and only then', async () => {
    const upstream = await secureUpstream(authority.selfSigned('other.example'));
    const careful = await gatewayTo(upstream, undefined);
    const careless = await gatewayTo(upstream, { unsafeAllowInvalidCertificates: true });

    expect(await post(careless.port, CALL)).toMatchObject({ status: 200 });
    expectFailure(await post(careful.port, CALL), 'upstream_unreachable', careful);
    expect(upstream.seen).toHaveLength(1);
  });

  test('servername is what the upstream is asked for, and what its certificate has to be for', async () => {
    const upstream = await secureUpstream(authority.issue('mcp.internal'));
    const tls = { ca: authority.cert, servername: 'mcp.internal' };
    const named = await gatewayTo(upstream, tls, '127.0.0.1');
    const unnamed = await gatewayTo(upstream, { ca: authority.cert }, '127.0.0.1');

    expect(await post(named.port, CALL)).toMatchObject({ status: 200 });
    expectFailure(await post(unnamed.port, CALL), 'upstream_unreachable', unnamed);
    expect(upstream.connections[0]?.servername).toBe('mcp.internal');
    expect(upstream.seen).toEqual([`127.0.0.1:${upstream.port} /up/mcp ${CALL}`]);
  });

  test('an address in the certificate stands for itself', async () => {
    const upstream = await secureUpstream(authority.issue('127.0.0.1'));
    const gateway = await gatewayTo(upstream, { ca: authority.cert }, '127.0.0.1');

    expect(await post(gateway.port, CALL)).toMatchObject({ status: 200 });
    expect(upstream.connections[0]?.servername).toBe(false);
  });

  describeWithCertificates('that asks for a client certificate', () => {
    const demanding = () =>
      secureUpstream({
        ...authority.issue('localhost'),
        ca: authority.cert,
        requestCert: true,
        rejectUnauthorized: true,
      });

    test('gets the one of tls.cert', async () => {
      const upstream = await demanding();
      const client = authority.issue('client-a');
      const gateway = await gatewayTo(upstream, { ca: authority.cert, ...client });

      expect(await post(gateway.port, CALL)).toMatchObject({ status: 200 });
      expect(upstream.connections).toEqual([{ servername: 'localhost', client: 'client-a' }]);
    });

    test('whose key may be encrypted', async () => {
      const upstream = await demanding();
      const { cert, key } = authority.issue('client-a');
      const tls = { ca: authority.cert, cert, key: encrypted(key, 'open'), passphrase: 'open' };
      const gateway = await gatewayTo(upstream, tls);

      expect(await post(gateway.port, CALL)).toMatchObject({ status: 200 });
    });

    test('and gets none is 502, and sees no request', async () => {
      const upstream = await demanding();
      const gateway = await gatewayTo(upstream, { ca: authority.cert });

      expectFailure(await post(gateway.port, CALL), 'upstream_unreachable', gateway);
      expect(gateway.errors[0]?.cause).toMatchObject({
        code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      });
      expect(upstream.seen).toEqual([]);
    });

    test('gets that of each gateway over connections of its own', async () => {
      const upstream = await demanding();
      const gateways = await Promise.all(
        ['client-a', 'client-b'].map((name) =>
          gatewayTo(upstream, { ca: authority.cert, ...authority.issue(name) }),
        ),
      );
      const without = await gatewayTo(upstream, { ca: authority.cert });

      for (let round = 0; round < 3; round += 1) {
        for (const gateway of gateways) {
          expect(await post(gateway.port, CALL)).toMatchObject({ status: 200 });
        }
        expect(await post(without.port, CALL)).toMatchObject({ status: 502 });
      }

      const clients = upstream.connections.map(({ client }) => client);
      expect(clients).toHaveLength(2);
      expect(new Set(clients)).toEqual(new Set(['client-a', 'client-b']));
      expect(upstream.seen).toHaveLength(6);
    });
  });

  describeWithCertificates('that is renewed while the gateway runs', () => {
    /** Lets no connection be used again: the next request opens one. */
    const reconnect = ({ server }: SecureUpstream) => server.closeAllConnections();

    test('by the same authority: no request fails', async () => {
      const upstream = await secureUpstream(authority.issue('localhost'));
      const gateway = await gatewayTo(upstream, { ca: authority.cert });
      expect(await send(gateway.port)).toMatchObject({ status: 200 });

      upstream.server.setSecureContext(authority.issue('localhost'));
      expect(await send(gateway.port)).toMatchObject({ status: 200 });
      reconnect(upstream);
      expect(await send(gateway.port, { method: 'DELETE' })).toMatchObject({ status: 200 });
      expect(upstream.connections).toHaveLength(2);
    });

    test.each([
      ['TLSv1.2', 'of another authority'],
      ['TLSv1.3', 'of another authority'],
      ['TLSv1.2', 'that has expired'],
      ['TLSv1.3', 'that has expired'],
    ] as const)(
      '%s, by one %s: the next connection is refused, no session is resumed',
      async (version, what) => {
        const versions = { minVersion: version, maxVersion: version };
        const upstream = await secureUpstream({ ...authority.issue('localhost'), ...versions });
        const gateway = await gatewayTo(upstream, { ca: authority.cert });
        expect(await send(gateway.port)).toMatchObject({ status: 200 });

        const identity =
          what === 'that has expired'
            ? authority.issue('localhost', { to: '200101000000Z' })
            : other.issue('localhost');
        // A session that was begun with the certificate before could be resumed.
        const ticketKeys = upstream.server.getTicketKeys();
        upstream.server.setSecureContext({ ...identity, ...versions, ticketKeys });
        reconnect(upstream);

        const answer = await send(gateway.port, { method: 'DELETE' });
        expectFailure(answer, 'upstream_unreachable', gateway);
        expect(upstream.seen).toHaveLength(1);
      },
    );
  });
});
