import { describe, expect, test } from '@jest/globals';
import { apiKey, type GatewayConfig, mcpCors, upstreamAuth } from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';

const ORIGIN = 'https://app.example';
const cors = { origin: ORIGIN };
const byKey = (header?: string) =>
  apiKey({ keys: [{ sha256: 'a'.repeat(64), subject: 'ada' }], ...(header && { header }) });

/** What a preflight that asks for `names` is told it may send; undefined where it asks for none. */
async function allowedAt(port: number, names: string | undefined): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'OPTIONS',
    headers: {
      Origin: ORIGIN,
      'Access-Control-Request-Method': 'POST',
      ...(names !== undefined && { 'Access-Control-Request-Headers': names }),
    },
  });
  expect(answer.status).toBe(204);
  const allowed = answer.headers.get('access-control-allow-headers') ?? '';
  return allowed
    .toLowerCase()
    .split(/\s*,\s*/)
    .filter(Boolean);
}

async function allowedBy(config: Partial<GatewayConfig>, names?: string): Promise<string[]> {
  const { port } = await startGateway({ target: 'http://127.0.0.1:1', cors, ...config });
  return allowedAt(port, names);
}

describe('a preflight may ask for the headers that other options read', () => {
  test.each<[string, Partial<GatewayConfig>, string, string[]]>([
    [
      'the key of apiKey',
      { auth: byKey() },
      'content-type,x-api-key',
      ['content-type', 'x-api-key'],
    ],
    [
      'a key under another name',
      { auth: byKey('X-Team-Key') },
      'x-team-key,x-api-key',
      ['x-team-key'],
    ],
    [
      'those of several authenticators',
      { auth: [byKey('X-One'), () => null, byKey('X-Two')] },
      'x-two,x-one,x-three',
      ['x-two', 'x-one'],
    ],
    [
      'DPoP where tokens are relayed',
      { auth: upstreamAuth(), publicUrl: 'https://gateway.example/mcp' },
      'authorization,dpop,x-other',
      ['authorization', 'dpop'],
    ],
    ['DPoP nowhere else', { auth: byKey() }, 'dpop', []],
    [
      'names that are forwarded, not patterns',
      { headers: { forward: ['X-Tenant', 'X-Trace-*'] } },
      'x-tenant,x-trace-id,x-trace-*',
      ['x-tenant'],
    ],
    ['nothing for the wildcard', { headers: { forward: ['*'] } }, 'x-other,*', []],
    [
      'besides cors.allowedHeaders',
      { cors: { ...cors, allowedHeaders: ['X-Own'] }, auth: byKey() },
      'x-own,x-api-key,mcp-param-a',
      ['x-own', 'x-api-key', 'mcp-param-a'],
    ],
  ])('%s', async (_, config, names, expected) => {
    expect(await allowedBy(config, names)).toEqual(expected);
  });

  test('thousands of them: each once, and none that could be no header', async () => {
    const names = Array.from({ length: 400 }, (_, n) => `mcp-param-${n}`);
    const odd = [
      'mcp-a b',
      'mcp-"a"',
      'mcp-<a>',
      'mcp-a\tb',
      'mcp-ü',
      'mcp-(a)',
      'mcp-a/b',
      ' ',
      '',
    ];
    const asked = [...names, ...odd, ...Array(500).fill('x-api-key'), 'MCP-Param-0'].join(',');
    const allowed = await allowedBy({ auth: byKey() }, asked);
    expect(allowed).toEqual([...names, 'x-api-key', 'mcp-param-0']);
  });

  test('who asks for none is told of none of them', async () => {
    const config = { auth: byKey(), headers: { forward: ['X-Tenant'] } };
    const told = await allowedBy(config);
    expect(told).toContain('authorization');
    expect(told).not.toContain('x-api-key');
    expect(told).not.toContain('x-tenant');
  });

  test('by itself, mcpCors knows of none', async () => {
    const { port } = await serve((req, res) => mcpCors(cors)(req, res, () => res.end()));
    expect(await allowedAt(port, 'x-api-key,authorization')).toEqual(['authorization']);
  });
});
