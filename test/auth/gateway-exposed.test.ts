import { describe, expect, test } from '@jest/globals';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import express from 'express';
import { requireAuth } from '../../src/index.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { startIssuer } from '../support/jwt/issued.ts';
import { callTool, connect } from '../support/mcp.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

/** A server of the official SDK that tells who calls. */
function whoami() {
  return toNodeHandler(
    createMcpHandler(({ authInfo }) => {
      const server = new McpServer({ name: 'test', version: '1.0.0' });
      server.registerTool('whoami', {}, async (ctx) => {
        const seen = { inHandler: ctx.http?.authInfo, inFactory: authInfo };
        return { content: [{ type: 'text', text: JSON.stringify(seen) }] };
      });
      return server;
    }),
  );
}

describe.each(['legacy', 'auto'] as const)(
  'who calls is known behind requireAuth alone, with a client of mode %s',
  (mode) => {
    test("the SDK's server behind requireAuth finds who calls", async () => {
      const idp = await startIssuer();
      const auth = requireAuth(idp.authWith({ exposeAs: 'auth' }), {
        publicUrl: 'https://gateway.example/mcp',
      });
      const { port } = await serve(express().use('/mcp', auth, whoami()));
      const token = await idp.token({ scope: 'a b', client_id: 'agent', tenant: 'acme' });
      const headers = { Authorization: `Bearer ${token}` };
      const { client } = await connect(`http://127.0.0.1:${port}/mcp`, mode, {
        requestInit: { headers },
      });
      const { inHandler, inFactory } = JSON.parse((await callTool(client, 'whoami')) ?? '');
      expect(inHandler).toMatchObject({
        token,
        clientId: 'agent',
        scopes: ['a', 'b'],
        extra: { sub: 'alice', tenant: 'acme' },
      });
      expect(inFactory).toEqual(inHandler);
    });

    test('a target in this process gets the request of a remote upstream, without a token', async () => {
      const idp = await startIssuer();
      const { url } = await startGateway({
        target: whoami(),
        publicUrl: 'https://gateway.example/mcp',
        auth: idp.authWith({ exposeAs: 'auth' }),
        cors: false,
      });
      const { client } = await connect(url, mode, {
        requestInit: { headers: await idp.bearer() },
      });
      expect(await callTool(client, 'whoami')).toBe('{}');
    });
  },
);

test('a middleware of `use` finds it, and nothing of it goes upstream', async () => {
  const idp = await startIssuer();
  const upstream = await recordingUpstream();
  const found: unknown[] = [];
  const { port } = await startGateway({
    target: upstream.target,
    publicUrl: 'https://gateway.example/mcp',
    auth: idp.authWith({ exposeAs: 'auth' }),
    use: (req, _res, next) => {
      found.push(Reflect.get(req, 'auth'));
      next();
    },
  });
  const token = await idp.token();
  expect((await send(port, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200);
  expect(found).toEqual([expect.objectContaining({ token })]);
  expect(upstream.seen[0]?.rawHeaders.join()).not.toContain(token);
});
