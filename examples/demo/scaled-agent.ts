import assert from 'node:assert/strict';
import {
  Client,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import type { Instance } from './instance.ts';

const MODERN = { pin: '2026-07-28' } as const;

/** An agent at an endpoint with several instances behind it, which sends a key with each request. */
class ScaledAgent {
  /** Fulfilled when both streams are cut: the one of its session, and the one of a call. */
  readonly isCut: Promise<void>;
  readonly #client: Client;
  readonly #url: URL;
  readonly #headers: { readonly 'X-Key': string };

  constructor(url: URL, key: string, mode: VersionNegotiationMode) {
    this.#client = new Client(
      { name: 'demo-agent', version: '1.0.0' },
      { versionNegotiation: { mode } },
    );
    const cut = Promise.withResolvers<void>();
    this.isCut = cut.promise;
    let streams = 0;
    this.#client.onerror = ({ message }) => {
      if (message.startsWith('SSE stream disconnected') && ++streams === 2) cut.resolve();
    };
    this.#url = url;
    this.#headers = { 'X-Key': key };
  }

  /** Resolves when it is connected and, in a session, its event stream is open. */
  async connect(): Promise<this> {
    const listening = Promise.withResolvers<void>();
    const transport = new StreamableHTTPClientTransport(this.#url, {
      requestInit: { headers: this.#headers },
      // A stream that was cut is not opened again: every further request comes from this agent.
      reconnectionOptions: {
        maxRetries: 0,
        initialReconnectionDelay: 0,
        reconnectionDelayGrowFactor: 1,
        maxReconnectionDelay: 0,
      },
      async fetch(input, init) {
        const answer = await fetch(input, init);
        if (init?.method === 'GET') listening.resolve();
        return answer;
      },
    });
    await this.#client.connect(transport);
    if (transport.sessionId !== undefined) await listening.promise;
    return this;
  }

  async where(): Promise<string> {
    const { content } = await this.#client.callTool({ name: 'where' });
    const [first] = content;
    return first?.type === 'text' ? first.text : '';
  }

  /** Calls a slow tool. `onBegun` is called when the server has begun it. */
  async work(onBegun: () => void): Promise<void> {
    await this.#client.callTool({ name: 'work' }, { onprogress: onBegun });
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

/** Keys whose requests go to the first instance and to the other one. */
export async function findKeys(
  url: URL,
  [a, b]: readonly [Instance, Instance],
): Promise<readonly [string, string]> {
  const keys = new Map<string, string>();
  for (let key = 1; keys.size < 2; key++) {
    const agent = await new ScaledAgent(url, String(key), MODERN).connect();
    keys.set(await agent.where(), String(key));
    await agent.close();
  }
  return [keys.get(a.name) ?? '', keys.get(b.name) ?? ''] as const;
}

/** Two agents in sessions, one at each instance, of which the first is killed. */
export async function runScaledAgents(
  url: URL,
  [keyA, keyB]: readonly [string, string],
  [a, b]: readonly [Instance, Instance],
  kill: () => Promise<void>,
): Promise<void> {
  const atA = await new ScaledAgent(url, keyA, 'legacy').connect();
  const atB = await new ScaledAgent(url, keyB, 'legacy').connect();
  for (let i = 0; i < 2; i++) {
    assert.equal(await atA.where(), a.name);
    assert.equal(await atB.where(), b.name);
  }

  const begun = Promise.withResolvers<void>();
  const work = assert.rejects(atA.work(() => begun.resolve()));
  await begun.promise;
  await kill();
  await atA.isCut;
  // The call is lost. Neither the gateway nor the client sends it again.
  assert.deepEqual([a.begun, b.begun], [1, 0]);

  await assert.rejects(atA.where(), { status: 502 });
  await assert.rejects(atA.where(), { status: 404 });
  await atA.close();
  await work;
  const anew = await new ScaledAgent(url, keyA, 'legacy').connect();
  assert.equal(await anew.where(), b.name);
  assert.equal(await atB.where(), b.name);
  // In the later era there are no sessions that could be lost.
  assert.equal(await whereIs(url, keyA), b.name);
  await Promise.all([anew.close(), atB.close()]);
}

/** The name of the instance that gets a request with this key and without a session. */
export async function whereIs(url: URL, key: string): Promise<string> {
  const agent = await new ScaledAgent(url, key, MODERN).connect();
  return agent.where().finally(() => agent.close());
}
