import { setTimeout as wait } from 'node:timers/promises';
import type { Expectations, Step } from './expectations.ts';
import { IdentityProvider } from './identity-provider.ts';
import { type Arrived, Upstream } from './upstream.ts';

/** The servers that a document speaks of, on this machine. */
export class Stage {
  /** All requests that an upstream got, in order. */
  readonly arrived: Arrived[] = [];
  /** The upstream that made a session, by its id. */
  readonly madeAt: Map<string, number> = new Map();
  readonly #idp = new IdentityProvider();
  readonly #upstreams = [0, 1].map((place) => new Upstream(place, this.arrived, this.madeAt));

  static async open(): Promise<Stage> {
    const stage = new Stage();
    for (const server of stage.#servers.values()) await server.start();
    return stage;
  }

  get #servers() {
    const [upstream, upstream2] = this.#upstreams as [Upstream, Upstream];
    return new Map(Object.entries({ upstream, upstream2, idp: this.#idp }));
  }

  /** The document with the addresses of these servers in it. */
  fill(document: string, port?: number): string {
    const [upstream, upstream2] = this.#upstreams;
    return document
      .replaceAll('upstream.test:8080', upstream?.host ?? '')
      .replaceAll('upstream2.test:8080', upstream2?.host ?? '')
      .replaceAll('idp.test:8081', this.#idp.host)
      .replace(/"port":\s*8080/, (given) => (port === undefined ? given : `"port": ${port}`));
  }

  /** Tokens by the name that steps have for them. */
  async tokensOf({ tokens = {} }: Expectations): Promise<Map<string, string>> {
    const signed = Object.entries(tokens).map(
      async ([name, claims]) => [name, await this.#idp.sign(claims)] as const,
    );
    return new Map(await Promise.all(signed));
  }

  /** Lets the servers be as a step wants them. */
  async set({
    stop = [],
    start = [],
    upstream = {},
    upstream2 = upstream,
    idp = {},
    wait: ms = 0,
  }: Step): Promise<void> {
    for (const name of [stop].flat()) await this.#server(name).stop();
    for (const name of [start].flat()) await this.#server(name).start();
    this.#server('upstream').behaviour = upstream;
    this.#server('upstream2').behaviour = upstream2;
    this.#server('idp').behaviour = idp;
    if (ms > 0) await wait(ms);
  }

  #server(name: string): Upstream | IdentityProvider {
    const server = this.#servers.get(name);
    if (server === undefined) throw new Error(`No document has a server ${name}`);
    return server;
  }

  async close(): Promise<void> {
    for (const server of this.#servers.values()) await server.stop();
  }
}
