import type { GatewayContext } from '../../gateway-context.ts';
import type { Principal } from '../../principal.ts';

/**
 * What an access log writes besides. What a function throws is reported once for each, as a warning
 * of the process; the record is written without it. None of them is waited for.
 */
export interface AccessLogOptions {
  /** A text in place of the record's `user`: a name, or a hash. Default: the object of the record. */
  readonly user?: (principal: Principal) => string;
  /**
   * Members at the top of each line, such as a tenant. Those of the record come before any of the same name.
   * Default: none.
   */
  readonly fields?: (ctx: GatewayContext) => object;
  /**
   * What is written of the arguments of a tool, as `arguments`; of a batch, a list. They may be secret, and are
   * seen only where the body has at most 64 KB. Default: nothing.
   */
  readonly arguments?: (name: string, args: Readonly<Record<string, unknown>>) => object;
}
