import type { GatewayConfig } from '../../config.ts';
import { createMcpGateway, type McpGateway } from '../../gateway.ts';
import type { CreateGateway } from '../inputs/input.ts';

interface Held {
  readonly gateway: McpGateway;
  readonly config: GatewayConfig;
}

/** The gateways of a file, from one reading of it to the next: one that stays at its place is updated. */
export class LastingGateways {
  #held: ReadonlyMap<string, Held> = new Map();

  /**
   * Has `mount` put the gateways of a reading into an app.
   *
   * @returns What `mount` gives, and the gateways that have no place any more.
   * @throws What `mount` throws; then all gateways have the options that they had.
   */
  async replace<T>(mount: (create: CreateGateway) => Promise<T>): Promise<[T, McpGateway[]]> {
    const before = this.#held;
    const held = new Map<string, Held>();
    const create: CreateGateway = (config, place) => {
      const gateway = before.get(place)?.gateway ?? createMcpGateway(config);
      if (before.has(place)) gateway.update(config);
      held.set(place, { gateway, config });
      return gateway;
    };
    try {
      const mounted = await mount(create);
      this.#held = held;
      const gone = [...before].filter(([place]) => !held.has(place));
      return [mounted, gone.map(([, { gateway }]) => gateway)];
    } catch (error) {
      for (const [place, { gateway }] of held) {
        const known = before.get(place);
        if (known === undefined) await gateway.close({ graceMs: 0 });
        else gateway.update(known.config);
      }
      throw error;
    }
  }
}
