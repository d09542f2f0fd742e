import { describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import {
  apiKey,
  createMcpGateway,
  type GatewayConfig,
  protectedResourceMetadata,
  upstreamAuth,
} from '../../src/index.ts';
import { send } from '../support/client/send.ts';
import { pathsOf } from '../support/config-error.ts';
import { startGateway } from '../support/gateway.ts';
import { startIssuer } from '../support/jwt/issued.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { document, PUBLIC, protectedUpstream, WELL_KNOWN } from './support/protected-upstream.ts';

const KEYS = apiKey({ keys: [{ sha256: 'a'.repeat(64), subject: 'ci' }] });

const at = (port: number, path: string, method = 'GET') => send(port, { method, path });

async function guarded(publicUrl: string, config: Partial<GatewayConfig> = {}) {
  const { auth, issuer } = await startIssuer();
  const { target } = await recordingUpstream();
  return { issuer, ...(await startGateway({ target, publicUrl, auth, ...config })) };
}

/** What was warned of while `build` ran. */
function warningsOf(build: () => unknown): unknown[] {
  const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  build();
  const codes = emitted.mock.calls.map(([, options]) => (options as { code: string }).code);
  emitted.mockRestore();
  return codes;
}

describe('metadata: { root: true } serves the same document at the root of the host', () => {
  test('of a gateway with an issuer, with and without a slash at the end', async () => {
    const publicUrl = 'https://one.example/a/mcp';
    const { port, issuer } = await guarded(publicUrl, { metadata: { root: true } });
    const own = await at(port, `${WELL_KNOWN}/a/mcp`);
    for (const path of [WELL_KNOWN, `${WELL_KNOWN}/`, `${WELL_KNOWN}?a=b`]) {
      const answer = await at(port, path);
      expect([path, answer.status, answer.body]).toEqual([path, 200, own.body]);
    }
    expect(JSON.parse(own.body)).toMatchObject({
      resource: publicUrl,
      authorization_servers: [issuer],
    });
    expect((await at(port, `${WELL_KNOWN}/a`)).status).toBe(404);
    expect((await at(port, WELL_KNOWN, 'POST')).status).toBe(405);
    expect((await at(port, WELL_KNOWN, 'OPTIONS')).status).toBe(204);
  });

  test.each<[string, GatewayConfig['metadata']]>([
    ['by default', undefined],
    ['with root: false', { root: false }],
    ['with an empty object', {}],
  ])('not %s', async (_, metadata) => {
    const given = metadata === undefined ? {} : { metadata };
    const { port } = await guarded('https://two.example/mcp', given);
    expect((await at(port, WELL_KNOWN)).status).toBe(404);
    expect((await at(port, `${WELL_KNOWN}/mcp`)).status).toBe(200);
  });

  test('of an endpoint that is the root itself it is there anyway, once', async () => {
    const { port } = await guarded('https://three.example/', {
      path: '/',
      metadata: { root: true },
    });
    expect((await at(port, WELL_KNOWN)).status).toBe(200);
  });

  test('the document of an upstream that is protected itself', async () => {
    const resource = (host = '') => ({
      resource: `http://${host}/up/mcp`,
      authorization_servers: ['https://idp.example'],
    });
    const own = await protectedUpstream(
      { [`${WELL_KNOWN}/up/mcp`]: (req, res) => document(resource(req.headers.host))(req, res) },
      { metadata: { root: true } },
    );
    const answer = await at(own.gateway.port, WELL_KNOWN);
    expect(JSON.parse(answer.body)).toEqual({ ...resource(), resource: PUBLIC });
    expect(own.paths()).toEqual([`${WELL_KNOWN}/up/mcp`]);
  });

  test('below a mount path there is no root to serve', async () => {
    const { auth } = await startIssuer();
    const { target } = await recordingUpstream();
    const publicUrl = 'https://four.example/below/mcp';
    const gateway = createMcpGateway({ target, publicUrl, auth, metadata: { root: true } });
    const { port } = await serve(express().use('/below', gateway));
    expect((await at(port, WELL_KNOWN)).status).toBe(404);
    expect((await at(port, `/below${WELL_KNOWN}`)).status).toBe(404);
  });
});

test('metadata: false leaves the document to the app; challenges go on pointing to it', async () => {
  const { port } = await guarded('https://five.example/mcp', { metadata: false });
  expect((await at(port, `${WELL_KNOWN}/mcp`)).status).toBe(404);
  expect((await send(port)).head).toContain(
    `resource_metadata="https://five.example${WELL_KNOWN}/mcp"`,
  );
});

describe('two that want the same root', () => {
  const CODE = 'MCP_GATEWAY_ROOT_METADATA';

  test('are told of, gateways and middlewares alike; the one that is mounted first is served', async () => {
    const { auth } = await startIssuer();
    const { target } = await recordingUpstream();
    const app = express();
    const build = (publicUrl: string) => {
      app.use(
        createMcpGateway({
          target,
          publicUrl,
          path: new URL(publicUrl).pathname,
          auth,
          metadata: { root: true },
        }),
      );
    };
    expect(warningsOf(() => build('https://six.example/one'))).toEqual([]);
    expect(warningsOf(() => build('https://six.example/two'))).toEqual([CODE]);
    expect(warningsOf(() => build('https://six.example:8443/two'))).toEqual([]);
    const authorizationServers = ['https://idp.example'];
    const alone = { publicUrl: 'https://six.example/three', authorizationServers };
    expect(warningsOf(() => protectedResourceMetadata({ ...alone, root: true }))).toEqual([CODE]);
    expect(warningsOf(() => protectedResourceMetadata(alone))).toEqual([]);
    const { port } = await serve(app);
    expect(JSON.parse((await at(port, WELL_KNOWN)).body).resource).toBe('https://six.example/one');
  });

  test('are not two where they are of the same resource', async () => {
    const publicUrl = 'https://seven.example/mcp';
    const { auth } = await startIssuer();
    const config = {
      target: 'https://server.example/mcp',
      publicUrl,
      auth,
      metadata: { root: true },
    };
    expect(warningsOf(() => createMcpGateway(config))).toEqual([]);
    expect(warningsOf(() => createMcpGateway(config))).toEqual([]);
  });
});

test.each<[string, object, string[]]>([
  ['a misspelt option', { metadata: { rot: true } }, ['metadata.rot']],
  ['root that is no flag', { metadata: { root: 'yes' } }, ['metadata.root']],
  ['true in place of an object', { metadata: true }, ['metadata']],
  ['null', { metadata: null }, ['metadata']],
  ['root where there is no document', { auth: KEYS, metadata: { root: true } }, ['metadata.root']],
  ['root without auth', { auth: false, metadata: { root: true } }, ['metadata.root']],
  ['off with upstreamAuth', { auth: upstreamAuth(), metadata: false }, ['metadata']],
  ['off without a document', { auth: KEYS, metadata: false }, []],
])('%s: %j is a mistake at %j', (_, config, paths) => {
  const base = { target: 'https://server.example/mcp', publicUrl: 'https://eight.example/mcp' };
  expect(pathsOf(() => createMcpGateway({ ...base, ...config } as GatewayConfig))).toEqual(paths);
});
