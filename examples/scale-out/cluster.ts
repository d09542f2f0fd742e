import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configureNginx, NGINX_ENV } from './nginx.ts';
import { Ports } from './ports.ts';
import { nodeModule, Service } from './service.ts';

/** All processes of the example. Only a folder for temporary files is written to. */
export class Cluster {
  readonly nginx: Service;
  readonly gateways: readonly Service[];
  readonly upstreams: readonly Service[];
  readonly redis: Service;
  readonly #folder: string;
  isStopping = false;

  /** `areRandom`: on any ports, not those of `nginx.conf`. */
  static async create(adminKey: string, areRandom: boolean): Promise<Cluster> {
    const ports = new Ports(areRandom);
    const redis = redisOn(await ports.take(6379));
    const upstreams: Service[] = [];
    for (const name of ['upstream-1', 'upstream-2', 'upstream-3']) {
      const port = await ports.take(4001);
      const env = { NAME: name, PORT: `${port}` };
      upstreams.push(new Service(name, port, nodeModule('upstream.ts', env)));
    }
    const gateways: Service[] = [];
    for (const name of ['gateway-1', 'gateway-2']) {
      const port = await ports.take(3001);
      const env = {
        ADMIN_KEY_SHA256: createHash('sha256').update(adminKey).digest('hex'),
        MCP_TARGETS: upstreams.map(targetOf).join(),
        PORT: `${port}`,
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      };
      gateways.push(new Service(name, port, nodeModule('gateway.ts', env)));
    }
    const folder = await mkdtemp(join(tmpdir(), 'scale-out-'));
    const nginx = await nginxOn(await ports.take(8080), gateways, folder);
    return new Cluster(nginx, gateways, upstreams, redis, folder);
  }

  private constructor(
    nginx: Service,
    gateways: readonly Service[],
    upstreams: readonly Service[],
    redis: Service,
    folder: string,
  ) {
    this.nginx = nginx;
    this.gateways = gateways;
    this.upstreams = upstreams;
    this.redis = redis;
    this.#folder = folder;
  }

  /** Where agents connect to. */
  get url(): string {
    return targetOf(this.nginx);
  }

  /** Starts from the back to the front, so that no process misses the ones behind it. */
  async start(): Promise<void> {
    for (const services of this.#layers.toReversed()) {
      if (this.isStopping) return;
      await Promise.all(services.map((service) => service.start()));
    }
  }

  /** From the front to the back. */
  async stop(): Promise<void> {
    this.isStopping = true;
    for (const services of this.#layers) {
      await Promise.all(services.map((service) => service.end('SIGTERM')));
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #layers(): readonly (readonly Service[])[] {
    return [[this.nginx], this.gateways, this.upstreams, [this.redis]];
  }
}

/** The URL of the endpoint at that port. */
export function targetOf({ port }: Service): string {
  return `http://127.0.0.1:${port}/mcp`;
}

function redisOn(port: number): Service {
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no' };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  return new Service('redis', port, {
    program: 'redis-server',
    args,
    env: process.env,
    isLoud: false,
  });
}

async function nginxOn(
  port: number,
  gateways: readonly Service[],
  folder: string,
): Promise<Service> {
  const gatewayPorts = gateways.map((gateway) => gateway.port);
  const args = await configureNginx(folder, port, gatewayPorts);
  return new Service('nginx', port, { program: 'nginx', args, env: NGINX_ENV, isLoud: false });
}
