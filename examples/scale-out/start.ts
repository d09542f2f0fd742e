/**
 * nginx, two gateways on one Redis, and three MCP servers, all on this machine until Ctrl-C. It needs
 * nginx and redis-server (Debian: `apt install nginx-light redis-server`).
 */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Cluster } from './cluster.ts';
import { HELP, run } from './commands.ts';

const adminKey = process.env.ADMIN_KEY ?? randomUUID();
const cluster = await Cluster.create(adminKey, process.argv.includes('--random-ports'));
const input = createInterface({ input: process.stdin });

async function stop(): Promise<void> {
  input.close();
  await cluster.stop();
}

process.once('SIGINT', stop).once('SIGTERM', stop);

const places = [...cluster.gateways, ...cluster.upstreams].map(
  ({ name, port }) => `${name} on ${port}`,
);
const INTRODUCTION = `
agents ──▶ nginx ${cluster.url} ──▶ two gateways ──▶ three MCP servers
${places.join(', ')}; sessions and limits: Redis on ${cluster.redis.port}

Let an agent run in another terminal:

  node examples/scale-out/agent.ts ${cluster.url}

Then try here, and watch it:

${HELP}

Ctrl-C ends all.
`;

try {
  await cluster.start();
  if (!cluster.isStopping) console.log(INTRODUCTION);
} catch (error) {
  if (!cluster.isStopping) {
    console.error(String(error));
    process.exitCode = 1;
    await stop();
  }
}

for await (const line of input) {
  console.log(await run(line, cluster, adminKey).catch(String));
}
