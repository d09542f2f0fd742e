import type { GatewayConfig } from '../../config.ts';
import { checkGateway, createMcpGateway, type McpGateway } from '../../gateway.ts';
import type { CreateGateway } from '../inputs/input.ts';

interface Held {
  readonly gateway: McpGateway;
  readonly config: GatewayConfig;
}

/** The gateways of a file, from one reading of it to the next: one that stays at its place is updated. */
export class LastingGateways {
  #held: ReadonlyMap<string, Held> = new Map();

  /**
   * Lets `mount` put the gateways of a reading into an app. Gateways that stay get their new options only
   * after that: an update that is taken back would have forgotten the state that the options in between did
   * not need.
   *
   * @returns What `mount` gives, and the gateways that have no place any more.
   * @throws What `mount` throws, or an update; then all gateways have the options that they had.
   */
  async replace<T>(mount: (create: CreateGateway) => Promise<T>): Promise<[T, McpGateway[]]> {
    const before = this.#held;
    const held = new Map<string, Held>();
    const create: CreateGateway = (config, place) => {
      const known = before.get(place);
      if (known !== undefined) checkGateway(config);
      const gateway = known?.gateway ?? createMcpGateway(config);
      held.set(place, { gateway, config });
      return gateway;
    };
    /** The gateways that have been updated, with their former options. */
    const updated: Held[] = [];
    try {
      const mounted = await mount(create);
      for (const [place, known] of before) {
        const next = held.get(place);
        if (next === undefined) continue;
        known.gateway.update(next.config);
        updated.push(known);
      }
      this.#held = held;
      const gone = [...before].filter(([place]) => !held.has(place));
      return [mounted, gone.map(([, { gateway }]) => gateway)];
    } catch (error) {
      for (const { gateway, config } of updated) gateway.update(config);
      for (const [place, { gateway }] of held) {
        if (!before.has(place)) await gateway.close({ graceMs: 0 });
      }
      throw error;
    }
  }
}
