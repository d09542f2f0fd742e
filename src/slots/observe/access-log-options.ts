import type { GatewayContext } from '../../gateway-context.ts';
import type { Principal } from '../../principal.ts';

/**
 * What an access log writes besides the record. If a function throws, a warning of the process says so, once
 * for each function, and the record is written without its value. Promises are not waited for.
 */
export interface AccessLogOptions {
  /** A text in place of the record's `user`: a name, or a hash. Default: the object of the record. */
  readonly user?: (principal: Principal) => string;
  /**
   * Members at the top of each line, such as a tenant. The members of the record take precedence over those
   * of the same name. Default: none.
   */
  readonly fields?: (ctx: GatewayContext) => object;
  /**
   * What is written of the arguments of a tool, as `arguments`; of a batch, a list. They may be secret, and are
   * seen only where the body has at most 64 KB. Default: nothing.
   */
  readonly arguments?: (name: string, args: Readonly<Record<string, unknown>>) => object;
}
