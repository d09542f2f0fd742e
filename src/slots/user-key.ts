import type { GatewayContext } from '../gateway-context.ts';
import { addressKey } from '../lib/address-key.ts';
import { keyOf } from '../principal.ts';

/** Who a request comes from, for code that counts for each user. */
export interface User extends GatewayContext {
  readonly principalSource: string | undefined;
}

/** One text for each principal; for each address, where there is none. */
export function userKey({ principal, principalSource, ip }: User): string {
  return principal === undefined
    ? `ip ${addressKey(ip)}`
    : `user ${keyOf(principal, principalSource)}`;
}
