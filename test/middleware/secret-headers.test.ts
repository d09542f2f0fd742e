import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  clientCredentials,
  type GatewayConfig,
  type HeaderRules,
  injectHeaders,
} from '../../src/index.ts';
import { pathsOf } from '../support/config-error.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

async function answered(
  headers: HeaderRules,
  fields: Record<string, string>,
  config: Partial<GatewayConfig> = {},
) {
  const upstream = await recordingUpstream((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json', ...fields }).end('{}');
  });
  const gateway = await startGateway({ target: upstream.target, headers, ...config });
  const answer = await fetch(gateway.url, { method: 'POST', body: '{}' });
  return { ...gateway, upstream, answer, body: await answer.text() };
}

/** What the process was warned of. */
let emitted: jest.SpiedFunction<typeof process.emitWarning>;
beforeEach(() => {
  emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => emitted.mockRestore());

/** The warnings with the code, while `act` runs. */
async function warningsOf(act: () => Promise<unknown>): Promise<string[]> {
  await act();
  const told = emitted.mock.calls as unknown as [string, { readonly code?: string }][];
  return told.flatMap(([text, { code }]) => (code === 'MCP_GATEWAY_SECRET' ? [text] : []));
}

const auth = () => ({ subject: 'ada@example.org' });

describe('what is no secret takes no header out of an answer', () => {
  test.each<[string, HeaderRules['set'], string]>([
    ['a constant', { 'X-Tenant': 'acme-production' }, 'acme-production'],
    ['a function', { 'X-Region': async () => 'eu-central-1' }, 'eu-central-1'],
    ['a principal', { 'X-User': ({ principal }) => principal?.subject }, 'ada@example.org'],
    ['a host name', { 'X-Forwarded-Host': 'gateway.example' }, 'gateway.example'],
    ['a media type', { 'X-Accepts': 'application/json' }, 'application/json'],
  ])('%s', async (_kind, set = {}, value) => {
    const fields = { 'Mcp-Session-Id': `${value}:42`, 'X-Echo': value };
    const { answer } = await answered({ set }, fields, { auth });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('mcp-session-id')).toBe(`${value}:42`);
    expect(answer.headers.get('x-echo')).toBe(value);
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  test('an empty secret, and one of one character', async () => {
    for (const value of ['', 'a', '1']) {
      const set = { 'X-Api-Key': value, 'X-Other-Token': () => value };
      const fields = { 'X-Note': 'banana 11', Server: 'nginx/1.24', 'Mcp-Session-Id': 'a1' };
      const { answer } = await answered({ set }, fields);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-note')).toBe('banana 11');
      expect(answer.headers.get('server')).toBe('nginx/1.24');
      expect(answer.headers.get('mcp-session-id')).toBe('a1');
      expect(answer.headers.get('content-type')).toBe('application/json');
    }
  });
});

describe('a secret is known', () => {
  test.each([
    'Authorization',
    'Cookie',
    'X-Api-Key',
    'apikey',
    'X_Vendor_Token',
    'X-Client-Secret',
    'X-Password',
    'X-Credential',
    'X-Credentials',
    'X-Auth',
    'X-Serverless-Authorization',
  ])('by its name: %s, however short it is', async (name) => {
    for (const value of ['s3cret', 'a-much-longer-s3cret']) {
      const given = name === 'Cookie' ? `sid=${value}` : value;
      const fields = { 'X-Echo': `you sent "${value}"`, 'X-Kept': '1' };
      const { answer, upstream } = await answered({ set: { [name]: given } }, fields);
      expect(upstream.seen[0]?.headers[name.toLowerCase()]).toBe(given);
      expect(answer.headers.get('x-echo')).toBeNull();
      expect(answer.headers.get('x-kept')).toBe('1');
    }
  });

  test('by its source', async () => {
    const { port } = await serve((req, res) => {
      req.resume();
      res
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"access_token":"issued-token","token_type":"Bearer","expires_in":60}');
    });
    const tokens = clientCredentials({
      tokenUrl: `http://127.0.0.1:${port}/token`,
      clientId: 'gateway',
      clientSecret: 'not-a-word-of-it',
    });
    const { answer } = await answered(
      { set: { 'X-Upstream': tokens } },
      { 'X-Echo': 'issued-token' },
    );
    expect(answer.headers.get('x-echo')).toBeNull();
  });

  test('because the operator says so', async () => {
    const rules = { set: { 'X-Upstream': async () => 'pass-phrase' }, secret: ['x_upstream'] };
    const { answer } = await answered(rules, { 'X-Echo': 'pass-phrase' });
    expect(answer.headers.get('x-echo')).toBeNull();
    expect(
      (await answered({ set: rules.set }, { 'X-Echo': 'pass-phrase' })).answer.headers.get(
        'x-echo',
      ),
    ).toBe('pass-phrase');
  });

  test.each([[['X-Other']], [[5]], ['X-Upstream']])('`secret: %j` is a config error', (secret) => {
    const rules = { set: { 'X-Upstream': 'a' }, secret } as never;
    expect(pathsOf(() => injectHeaders(rules))).toEqual([expect.stringMatching(/^secret/)]);
  });
});

describe('half an answer is worse than none', () => {
  test.each(['Mcp-Session-Id', 'Mcp-Future', 'Content-Location', 'Content-Type'])(
    'a secret in %s is 502 with a cause',
    async (name) => {
      const headers = { set: { 'X-Api-Key': 'upstream-k3y' } };
      const { answer, body, errors } = await answered(headers, { [name]: 'a/upstream-k3y:42' });
      expect(answer.status).toBe(502);
      expect([...answer.headers].join() + body).not.toContain('upstream-k3y');
      expect(errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
      expect(String(errors[0]?.cause)).toMatch(new RegExp(`'${name}'.*'X-Api-Key'`));
      expect(String(errors[0]?.cause)).not.toContain('upstream-k3y');
    },
  );

  test('unless that field does not come back anyway', async () => {
    const response = { remove: ['Mcp-Debug'] };
    const headers = { set: { 'X-Api-Key': 'upstream-k3y' }, response };
    const fields = { 'Mcp-Debug': 'upstream-k3y', 'WWW-Authenticate': 'Key id="upstream-k3y"' };
    const { answer } = await answered(headers, fields);
    expect(answer.status).toBe(200);
    expect([...answer.headers].join()).not.toContain('upstream-k3y');
  });
});

describe('the warning MCP_GATEWAY_SECRET', () => {
  test('tells of a dropped header once for each pair of names, without the secret', async () => {
    const warnings = await warningsOf(async () => {
      const set = { 'X-Api-Key': 'upstream-k3y', 'X-Tenant': 'acme-production' };
      const { url } = await answered(
        { set },
        { 'X-Echo': 'upstream-k3y', 'X-Other': 'upstream-k3y' },
      );
      for (let i = 0; i < 3; i += 1)
        await (await fetch(url, { method: 'POST', body: '{}' })).text();
    });
    expect(warnings).toEqual([
      expect.stringMatching(/'X-Echo'.*'X-Api-Key'/),
      expect.stringMatching(/'X-Other'.*'X-Api-Key'/),
    ]);
    expect(warnings.join()).not.toContain('upstream-k3y');
  });

  test('is bounded, whatever an upstream makes up', async () => {
    const warnings = await warningsOf(async () => {
      const echoes = Array.from({ length: 150 }, (_, i) => [`X-Echo-${i}`, 'upstream-k3y']);
      await answered({ set: { 'X-Api-Key': 'upstream-k3y' } }, Object.fromEntries(echoes));
    });
    expect(warnings).toHaveLength(100);
  });
});
