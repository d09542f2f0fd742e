import type { RequestContext } from '../context.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { visibleName } from './visible-text.ts';

/** How many changes are remembered as told. */
const MOST_TOLD = 20_000;

/** How many changes in one list are told one by one. */
const MOST_AT_ONCE = 100;

/** How many warnings one policy gives. */
const MOST_WARNINGS = 100;

/** A tool that is not as it was approved. */
export interface ToolChange {
  readonly name: string;
  /** A key that is the same for the same change. */
  readonly key: string;
  /** The change in words. */
  readonly what: string;
}

/** Tells of each change once: to observers, or, where none hears of it, to the operator by a warning. */
export class Reports {
  readonly #told = new BoundedMap<string, true>(MOST_TOLD);
  #warnings = 0;

  tell(context: RequestContext, policy: string, changes: readonly ToolChange[]): void {
    const others = changes.filter(({ key }) => this.#told.get(key) === undefined);
    for (const { key } of others) this.#told.set(key, true);
    for (const { name, what } of others.slice(0, MOST_AT_ONCE)) {
      this.#tell(context, policy, `tool ${visibleName(name)} ${what}`);
    }
    const left = others.length - MOST_AT_ONCE;
    if (left > 0) this.#tell(context, policy, `${left} more tools are not as approved`);
  }

  #tell({ observation }: RequestContext, policy: string, detail: string): void {
    if (observation?.hearsDecisions) {
      observation.reported({ slot: 'policies', policy, detail });
      return;
    }
    if (this.#warnings === MOST_WARNINGS) return;
    this.#warnings += 1;
    const last = this.#warnings === MOST_WARNINGS ? ' Further ones are not told.' : '';
    process.emitWarning(
      `MCP gateway, policy ${visibleName(policy)}: ${detail}. This is told once for each change; ` +
        `gateway.pins() says what has changed.${last}`,
      { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_TOOL' },
    );
  }
}
