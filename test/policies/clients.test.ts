import { describe, expect, test } from '@jest/globals';
import { ProtocolError, SdkHttpError } from '@modelcontextprotocol/client';
import { createUpstream } from '../../examples/demo/upstream.ts';
import { type DenyAs, denyTools, type Policy } from '../../src/index.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { connect } from '../support/mcp.ts';

const ERAS = [
  ['legacy', 'legacy'],
  ['modern', { pin: '2026-07-28' }],
  ['modern', 'auto'],
] as const;
const WAYS = ['http', 'jsonrpc'] as const;
const CASES = ERAS.flatMap(([era, mode]) => WAYS.map((denyAs) => ({ era, mode, denyAs })));

/** A gateway before a server on the official SDK, and the methods that its policies were asked about. */
async function startBefore(policies: Policy | Policy[], denyAs: DenyAs) {
  const { target } = await startEndpoint(createUpstream().app);
  const methods: string[] = [];
  const witness: Policy = ({ mcp }) => methods.push(mcp.method) > 0;
  const gateway: TestGateway = await startGateway({
    target,
    denyAs,
    policies: [witness, ...[policies].flat()],
  });
  return { url: gateway.url, methods };
}

describe.each(CASES)(
  'an official client, era: $era ($mode), denyAs: $denyAs',
  ({ era, mode, denyAs }) => {
    test('gets what a model can act on from a denied tool, and goes on', async () => {
      const { url } = await startBefore(denyTools('count*'), denyAs);
      const { client } = await connect(url, mode);
      const denied = await client
        .callTool({ name: 'countdown', arguments: { from: 1 } })
        .catch((error: unknown) => error);
      expect(denied).toBeInstanceOf(denyAs === 'http' ? SdkHttpError : ProtocolError);
      expect((denied as Error).message).toContain('Do not call it again; use another tool');
      if (denied instanceof SdkHttpError) expect(denied.status).toBe(403);
      if (denied instanceof ProtocolError) {
        expect(denied).toMatchObject({ code: 403, data: { reason: 'policy_denied' } });
      }

      expect(client.getProtocolEra()).toBe(era);
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toContain('countdown');
      const sum = await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } });
      expect(sum.content).toEqual([{ type: 'text', text: '3' }]);
    });
  },
);

describe('a refusal does not make a client think that the server is an old one', () => {
  test.each(WAYS)('of server/discover, denyAs: %s', async (denyAs) => {
    const { url, methods } = await startBefore(
      ({ mcp }) => mcp.method !== 'server/discover',
      denyAs,
    );
    for (const mode of ['auto', { pin: '2026-07-28' }] as const) {
      await expect(connect(url, mode)).rejects.toMatchObject({ code: 'CLIENT_HTTP_FORBIDDEN' });
    }
    // Nobody has tried `initialize` instead.
    expect(methods).toEqual(['server/discover', 'server/discover']);
  });

  test.each(WAYS)('of everything, denyAs: %s', async (denyAs) => {
    const { url, methods } = await startBefore(() => false, denyAs);
    await expect(connect(url, 'auto')).rejects.toMatchObject({ code: 'CLIENT_HTTP_FORBIDDEN' });
    expect(methods).toEqual(['server/discover']);
  });

  test.each(WAYS)('of every call, denyAs: %s', async (denyAs) => {
    const { url, methods } = await startBefore(denyTools('*'), denyAs);
    const { client } = await connect(url, 'auto');
    for (let i = 0; i < 3; i++) {
      await expect(client.callTool({ name: 'add', arguments: { a: 1, b: 2 } })).rejects.toThrow(
        /Do not call it again/,
      );
    }
    expect(client.getProtocolEra()).toBe('modern');
    expect(methods).not.toContain('initialize');
  });

  test.each(WAYS)('of initialize: a legacy client hears why, denyAs: %s', async (denyAs) => {
    const policy: Policy = {
      name: 'modern-only',
      message: 'Use the revision of 2026-07-28',
      check: ({ mcp }) => mcp.era === 'modern',
    };
    const { url } = await startBefore(policy, denyAs);
    await expect(connect(url, 'legacy')).rejects.toThrow('Use the revision of 2026-07-28');
    expect((await connect(url, 'auto')).client.getProtocolEra()).toBe('modern');
  });
});
