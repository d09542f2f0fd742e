import { type Cluster, targetOf } from './cluster.ts';
import type { Service } from './service.ts';

/** The commands that can be typed while the example runs. */
export const HELP = `  kill NAME        end a gateway or an upstream as a crash would, such as upstream-2
  start NAME       start it again
  restart NAME     SIGTERM, wait until it has ended in order, and start it again
  drain NAME       tell both gateways to take an upstream out of service, within 5 s
  restore NAME     tell both to take it back
  targets          how each gateway sees the upstreams`;

/** Runs a command; gives the text to print. */
export async function run(line: string, cluster: Cluster, adminKey: string): Promise<string> {
  const [command = '', name = ''] = line.trim().split(/\s+/);
  const { gateways, upstreams } = cluster;

  /** Asks each gateway that is up for its admin route. */
  async function ask(method: string, path: string): Promise<string> {
    const asked = gateways.filter(({ isUp }) => isUp);
    const answers = asked.map(async (gateway) => {
      const url = `http://127.0.0.1:${gateway.port}/admin/${path}`;
      const answer = await fetch(url, { method, headers: { 'X-Api-Key': adminKey } });
      return `${gateway.name}\n${rowsOf(await answer.json(), upstreams)}`;
    });
    return (await Promise.all(answers)).join('\n');
  }

  if (command === 'targets') return ask('GET', 'targets');
  const service = [...gateways, ...upstreams].find((each) => each.name === name);
  if (service === undefined) return HELP;
  const query = new URLSearchParams({ target: targetOf(service), graceMs: '5000' });
  switch (command) {
    case 'kill':
      await service.end('SIGKILL');
      return `${name} is killed`;
    case 'start':
      await service.start();
      return `${name} is up`;
    case 'restart':
      await service.end('SIGTERM');
      await service.start();
      return `${name} was restarted`;
    case 'drain':
    case 'restore':
      return ask('POST', `${command}?${query}`);
    default:
      return HELP;
  }
}

interface Target {
  readonly url: string;
  readonly state: string;
  readonly open: number;
  readonly failures: number;
}

function rowsOf(answer: unknown, upstreams: readonly Service[]): string {
  if (!Array.isArray(answer)) return JSON.stringify(answer);
  return (answer as readonly Target[])
    .map(({ url, state, open, failures }) => {
      const name = upstreams.find((upstream) => targetOf(upstream) === url)?.name ?? url;
      return `  ${name} is ${state}; ${open} requests and streams, ${failures} failures in a row`;
    })
    .join('\n');
}
