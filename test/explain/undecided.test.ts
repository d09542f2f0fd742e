import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { fromMiddleware } from '../../src/index.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { startRig, verdictOf } from './support/both.ts';

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
const SENT = { headers: { Host: 'gateway.example' }, message: PING };

/** The request of Express. */
type Asked = IncomingMessage & { readonly res: ServerResponse };

const never = () => new Promise<never>(() => {});

describe('an authenticator that never answers is a 500, as for a request that is sent', () => {
  test.each([
    ['a function', never],
    ['a middleware', fromMiddleware(never, () => null)],
    ['what is to find the principal', fromMiddleware((_req, _res, next) => next(), never)],
  ])('%s', async (_, auth) => {
    const { gateway } = await startRig({ auth });
    holdTimers();
    expect(verdictOf(await inHeldTime(gateway.explain(SENT)))).toMatchObject({
      slot: 'auth',
      reason: 'internal_error',
      status: 500,
    });
  });
});

describe('it rejects with the name of the slot that it has come to when a function', () => {
  test.each<[string, (req: Asked) => unknown]>([
    ['closes the request', (req) => req.destroy()],
    ['closes the answer', (req) => req.res.destroy()],
    ['closes the connection', (req) => req.socket.destroy()],
    ['begins an answer, and refuses', ({ res }) => res.write('a part')],
  ])('%s', async (_, act) => {
    const { gateway } = await startRig({
      auth(req) {
        act(req as Asked);
        return null;
      },
    });
    await expect(gateway.explain(SENT)).rejects.toThrow("The slot 'auth' closed the connection");
  });

  test('begins an answer that never ends', async () => {
    const { gateway } = await startRig({
      auth(req) {
        (req as Asked).res.write('a part');
        return { subject: 'alice' };
      },
      policies: () => true,
    });
    holdTimers();
    const explained = inHeldTime(gateway.explain(SENT));
    await expect(explained).rejects.toThrow("The slot 'bodyLimit' has not decided after 60 s");
  });
});

describe('when it is explained, the request is closed for all who listen', () => {
  test.each<[string, (req: Asked) => unknown]>([
    ['one that is relayed', () => ({ subject: 'alice' })],
    ['one whose body is read', (req) => ({ subject: req.resume().method })],
    ['one that is refused', () => null],
    ['one of which nothing can be said', (req) => req.socket.destroy()],
  ])('%s', async (_, act) => {
    const closed: Promise<unknown>[] = [];
    const { gateway } = await startRig({
      auth(req) {
        const { res, socket } = req as Asked;
        for (const emitter of [req, res, socket]) {
          closed.push(new Promise((resolve) => emitter.on('close', resolve)));
        }
        return act(req as Asked) as null;
      },
    });
    await gateway.explain(SENT).catch(() => {});
    expect(closed).toHaveLength(3);
    await Promise.all(closed);
  });
});
