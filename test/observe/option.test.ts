import { describe, expect, test } from '@jest/globals';
import {
  createMcpGateway,
  type GatewayConfig,
  type GatewayContext,
  type Observer,
  type RequestRecord,
} from '../../src/index.ts';
import { problemsOf } from '../support/config-error.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const target = 'http://127.0.0.1:1/mcp';

describe('pay for what you use', () => {
  /** The methods of an answer that are not Node's own when the host's middleware sees it. */
  async function patchedBy(observe?: GatewayConfig['observe']): Promise<string[]> {
    const upstream = await recordingUpstream();
    let patched: string[] = [];
    const { url } = await startGateway({
      target: upstream.target,
      ...(observe !== undefined && { observe }),
      use(_req, res, next) {
        patched = ['writeHead', 'write', 'end'].filter((name) => Object.hasOwn(res, name));
        next();
      },
    });
    expect((await fetch(url)).status).toBe(200);
    return patched;
  }

  test('without an observer nothing follows the answer', async () => {
    expect(await patchedBy()).toEqual([]);
    expect(await patchedBy(false)).toEqual([]);
  });

  test('with one, something does', async () => {
    expect(await patchedBy(witness())).toEqual(['writeHead', 'write', 'end']);
  });
});

describe('what is no observer is refused at construction', () => {
  test.each([
    ['null', null, 'observe'],
    ['true', true, 'observe'],
    ['a text', 'access', 'observe'],
    ['an object without a callback', {}, 'observe'],
    ['a callback that is not known', { onClosed() {} }, 'observe'],
    ['a callback that is no function', { onRequest() {}, onClose: true }, 'observe'],
    ['a callback that is null', { onRequest() {}, onClose: null }, 'observe'],
    ['the second of a list', [{ onClose() {} }, {}], 'observe[1]'],
    ['nothing, in a list', [undefined], 'observe[0]'],
  ])('%s', (_what, observe, path) => {
    const problems = problemsOf(() => createMcpGateway({ target, observe: observe as Observer }));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.expected).toMatch(/onRequest, onDecision, onResponse, onEvent, onClose/);
  });
});

/** Keeps what it is told in private members, which only a method called on it can reach. */
class Statistics implements Observer {
  readonly #open = new Set<GatewayContext>();
  readonly #slots: string[] = [];

  onRequest(ctx: GatewayContext): void {
    this.#open.add(ctx);
  }

  onClose({ slot }: RequestRecord, ctx: GatewayContext): void {
    if (this.#open.delete(ctx)) this.#slots.push(slot);
  }

  get summary() {
    return { open: this.#open.size, slots: this.#slots };
  }
}

class Inherited extends Statistics {}

describe('observers', () => {
  test.each([
    ['a class', () => new Statistics()],
    ['a class that inherits its callbacks', () => new Inherited()],
  ])('%s works with its own `this`, and the same ctx throughout', async (_what, create) => {
    const { target: upstream } = await recordingUpstream();
    const own = create();
    const last = witness();
    const { url } = await startGateway({ target: upstream, observe: [own, last] });
    await fetch(url);
    await fetch(url, { method: 'PUT' });
    await last.record(1);
    expect(own.summary).toEqual({ open: 0, slots: ['relay', 'methods'] });
  });

  test('several are called in their order, each with everything', async () => {
    const { target: upstream } = await recordingUpstream();
    const order: string[] = [];
    const named = (name: string): Observer => ({
      onRequest: () => void order.push(`${name} onRequest`),
      onClose: () => void order.push(`${name} onClose`),
    });
    const last = witness();
    const { url } = await startGateway({
      target: upstream,
      observe: [named('a'), named('b'), last],
    });
    await fetch(url);
    await last.record();
    expect(order).toEqual(['a onRequest', 'b onRequest', 'a onClose', 'b onClose']);
  });

  test('the ctx is that of the request', async () => {
    const { target: upstream } = await recordingUpstream();
    const observer = witness();
    const { url } = await startGateway({ target: upstream, observe: observer }, (app) =>
      app.set('trust proxy', true),
    );
    await fetch(url, { headers: { 'X-Forwarded-For': '203.0.113.7', 'X-Own': '1' } });
    expect(await observer.record()).toMatchObject({ ip: '203.0.113.7' });
    const { ctx } = observer.calls[0] as (typeof observer.calls)[number];
    expect(ctx.headers['x-own']).toBe('1');
    expect(ctx.req.url).toBe('/mcp');
  });

  test('what is not for the gateway is not observed', async () => {
    const observer = witness();
    const { port } = await startGateway({ target, observe: observer });
    expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(404);
    expect(observer.calls).toEqual([]);
  });
});
