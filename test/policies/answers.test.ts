import { describe, expect, test } from '@jest/globals';
import { denyTools } from '../../src/index.ts';
import { answerOf } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { errorOf } from '../support/client/refusal.ts';
import { FRAMINGS, headOf } from '../support/client/request.ts';
import { post } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { call, message, modern, modernHeaders, notification } from '../support/messages.ts';
import { rawUpstream, recordingUpstream } from '../support/upstream.ts';
import { guarded } from './support/guarded.ts';

/** Ids as they are written, none of which survives parsing and writing. */
const IDS = ['1e400', '"a\\u0041"', '12345678901234567890', '-0', '1.0', '"\\ud800"', '""', '0'];

/** The source text of the id in an answer, which comes behind the version. */
function idIn({ body }: { body: string }): string | undefined {
  return /^\{"jsonrpc":"2\.0","id":(.*),"error":\{/.exec(body)?.[1];
}

const expectRefused = (answer: Awaited<ReturnType<typeof post>>) => {
  expect(answer.status).toBe(403);
  expect(answer.head).toMatch(/^content-type: application\/json$/im);
  expect(errorOf(answer)).toMatchObject({ code: 403, data: { reason: 'policy_denied' } });
};

describe('the id of a refusal', () => {
  test.each(IDS)('is that of the request as it was written: %s', async (id) => {
    const { port, upstream } = await guarded(denyTools('x'));
    for (const [body, headers] of [
      [call('x', { id })],
      [modern('tools/call', '"name":"x"', id), modernHeaders('tools/call', 'x')],
    ] as const) {
      const answer = await post(port, body, headers && { headers });
      expectRefused(answer);
      expect(idIn(answer)).toBe(id);
    }
    expect(upstream.seen).toEqual([]);
  });

  test('is the one of the message, wherever else a member of that name is', async () => {
    const { port } = await guarded(() => false);
    const body =
      '{"params":{"id":7,"arguments":{"id":8},"name":"x"},"id" :\\n"z","jsonrpc":"2.0","method":"tools/call"}';
    const answer = await post(port, body.replace('\\n', '\n'));
    expectRefused(answer);
    expect(idIn(answer)).toBe('"z"');
  });

  test.each([
    ['a notification-shaped call', notification('tools/call', '{"name":"x"}')],
    ['a notification', notification('notifications/initialized')],
  ])('is absent for %s', async (_what, body) => {
    const { port, upstream } = await guarded(() => false);
    const answer = await post(port, body);
    expectRefused(answer);
    expect(Object.keys(JSON.parse(answer.body))).toEqual(['jsonrpc', 'error']);
    expect(upstream.seen).toEqual([]);
  });

  test('is null for a batch, which gets one object', async () => {
    const { port, upstream } = await guarded(denyTools('x'));
    const answer = await post(port, `[${message('ping')},${call('x', { id: '2' })}]`);
    expectRefused(answer);
    expect(idIn(answer)).toBe('null');
    expect(upstream.seen).toEqual([]);
  });
});

describe('denyAs: jsonrpc', () => {
  const config = { denyAs: 'jsonrpc' } as const;

  test.each(IDS)(
    'a request with the id %s gets the refusal as the answer to its call',
    async (id) => {
      const { port, upstream, errors } = await guarded(denyTools('x'), config);
      const answer = await post(port, call('x', { id }));
      expect(answer.status).toBe(200);
      expect(answer.head).toMatch(/^content-type: application\/json$/im);
      expect(errorOf(answer)).toMatchObject({ code: 403, data: { reason: 'policy_denied' } });
      expect(idIn(answer)).toBe(id);
      expect(errors.map(({ reason }) => reason)).toEqual(['policy_denied']);
      expect(upstream.seen).toEqual([]);
    },
  );

  test('is the default: some clients end the session at 403', async () => {
    const { target } = await recordingUpstream();
    const { port } = await startGateway({
      target,
      policies: denyTools('x'),
      rateLimit: { limit: 1, window: '1h', by: 'tool', match: { name: 't' } },
    });
    const denied = await post(port, call('x', { id: '7' }));
    expect([denied.status, errorOf(denied).data.reason, idIn(denied)]).toEqual([
      200,
      'policy_denied',
      '7',
    ]);
    await post(port, call('t'));
    const over = await post(port, call('t', { id: '8' }));
    expect([over.status, errorOf(over).data.reason, idIn(over)]).toEqual([
      200,
      'rate_limited',
      '8',
    ]);
    for (const body of [notification('tools/call', '{"name":"x"}'), `[${call('x')}]`]) {
      expect((await post(port, body)).status).toBe(403);
    }
    const probe = modern('server/discover');
    const closed = await startGateway({ target, policies: () => false });
    const headers = modernHeaders('server/discover');
    expect((await post(closed.port, probe, { headers })).status).toBe(403);
  });

  test.each([
    ['a notification', notification('tools/call', '{"name":"x"}')],
    ['a batch', `[${call('x')}]`],
  ])('%s has no call to answer: 403', async (_what, body) => {
    const { port, upstream } = await guarded(denyTools('x'), config);
    expectRefused(await post(port, body));
    expect(upstream.seen).toEqual([]);
  });

  test('a message that is refused for its form is refused by HTTP', async () => {
    const { port } = await guarded(denyTools('x'), config);
    const answer = await post(port, call('t').replace('"id":1', '"id":1,"id":2'));
    expect([answer.status, errorOf(answer).code]).toEqual([400, -32600]);
  });

  test('what fails behind the policies is told by HTTP', async () => {
    const { port } = await guarded(denyTools('x'), { ...config, target: 'http://127.0.0.1:1/mcp' });
    const answer = await post(port, call('t'));
    expect([answer.status, errorOf(answer).data.reason]).toEqual([502, 'upstream_unreachable']);
  });
});

describe('whatever fails after the message was read is answered with its id', () => {
  const id = '12345678901234567890';

  test('upstream_unreachable', async () => {
    const { port } = await guarded(() => true, { target: 'http://127.0.0.1:1/mcp' });
    const answer = await post(port, call('t', { id }));
    expect([answer.status, errorOf(answer).data.reason]).toEqual([502, 'upstream_unreachable']);
    expect(idIn(answer)).toBe(id);
    const silent = await post(port, notification('tools/call', '{"name":"t"}'));
    expect(Object.keys(JSON.parse(silent.body))).toEqual(['jsonrpc', 'error']);
    expect(idIn(await post(port, `[${call('t', { id })}]`))).toBe('null');
  });

  test('upstream_timeout', async () => {
    const upstream = await rawUpstream();
    const { port } = await guarded(() => true, {
      target: upstream.target,
      timeout: { response: 150 },
    });
    const answer = await post(port, call('t', { id }));
    expect([answer.status, errorOf(answer).data.reason]).toEqual([504, 'upstream_timeout']);
    expect(idIn(answer)).toBe(id);
  });

  test('upstream_invalid', async () => {
    const upstream = await rawUpstream(
      (connection) => void connection.socket.end('nonsense\r\n\r\n'),
    );
    const { port } = await guarded(() => true, { target: upstream.target });
    const answer = await post(port, call('t', { id }));
    expect([answer.status, errorOf(answer).data.reason]).toEqual([502, 'upstream_invalid']);
    expect(idIn(answer)).toBe(id);
  });

  test('a middleware in use that throws', async () => {
    const { port, upstream } = await guarded(() => true, {
      use: () => {
        throw new Error('own');
      },
    });
    const answer = await post(port, call('t', { id }));
    expect([answer.status, errorOf(answer).data.reason]).toEqual([500, 'internal_error']);
    expect(idIn(answer)).toBe(id);
    expect(upstream.seen).toEqual([]);
  });
});

describe('where the message was not read', () => {
  test.each([['Content-Length'], ['chunked']] as const)(
    'payload_too_large, framed by %s',
    async (framing) => {
      const { port, upstream } = await guarded(() => true, { bodyLimit: 100 });
      const answer = await post(port, call('t', { args: `{"a":"${'x'.repeat(100)}"}` }), {
        framing,
      });
      expect([answer.status, errorOf(answer).data.reason]).toEqual([413, 'payload_too_large']);
      expect(answer.head).toMatch(/^connection: close$/im);
      // Its beginning has come.
      expect(idIn(answer)).toBe('1');
      expect(upstream.seen).toEqual([]);
    },
  );

  test('payload_too_large in the midst of the upload: at once, and not a byte went upstream', async () => {
    const upstream = await rawUpstream();
    const { port } = await guarded(() => true, { bodyLimit: 100, target: upstream.target });
    const client = await rawClient(port);
    const framed = FRAMINGS.chunked(Buffer.from('x'.repeat(101))).toString();
    client.send(headOf() + framed.slice(0, -'0\r\n\r\n'.length));
    await client.has(/\}\}\}$/);
    expect(answerOf(client).status).toBe(413);
    expect(upstream.connections).toEqual([]);
  });
});

test('nothing of a refusal repeats what was sent', async () => {
  const { port } = await guarded(denyTools('*'));
  const answer = await post(port, call('marker-name', { args: '{"a":"marker-argument"}' }));
  expectRefused(answer);
  expect(answer.body).not.toContain('marker');
});
