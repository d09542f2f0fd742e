import { Agent, type IncomingMessage, request } from 'node:http';
import { ANSWER, HEADERS, REQUEST } from './messages.ts';

export interface Slice {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds from sending a request to the end of its answer, one for each. */
  readonly latencies: readonly number[];
}

/**
 * Closed loop: `concurrency` callers, each of which sends its next request when its last was
 * answered, for `ms`. Throws on the first answer that is not what the upstream gave.
 */
export async function load(url: string, concurrency: number, ms: number): Promise<Slice> {
  const agent = agentFor(url);
  const latencies: number[] = [];
  const start = performance.now();
  const caller = async () => {
    while (performance.now() - start < ms) {
      const sent = performance.now();
      await post(url, agent);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const seconds = (performance.now() - start) / 1000;
  return { requests: latencies.length, seconds, latencies };
}

const agents = new Map<string, Agent>();

/** Connections are kept between slices: what is measured is requests, not handshakes. */
function agentFor(url: string): Agent {
  const agent = agents.get(url) ?? new Agent({ keepAlive: true });
  agents.set(url, agent);
  return agent;
}

export function closeConnections(): void {
  for (const agent of agents.values()) agent.destroy();
}

function post(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage) => {
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
      });
      answer.on('end', () => {
        if (answer.statusCode === 200 && length === ANSWER.length) resolve();
        else reject(new Error(`${url} answered ${answer.statusCode} with ${length} bytes`));
      });
      answer.on('error', reject);
    };
    request(url, { method: 'POST', agent, headers: HEADERS }, onAnswer)
      .on('error', reject)
      .end(REQUEST);
  });
}
