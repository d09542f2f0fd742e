import type { IncomingMessage } from 'node:http';
import type { GatewayContext } from '../../gateway-context.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import type { RelayPlan } from '../../relay/options.ts';
import type { BreakerSettings } from '../../targets/breaker.ts';
import { type BreakerOptions, readBreaker } from '../../targets/breaker-options.ts';
import {
  type HealthOptions,
  type HealthSettings,
  readHealth,
} from '../../targets/health-options.ts';

/**
 * Gives the key of a request that belongs to no session: requests with the same key go to the same target, as
 * long as it takes any.
 */
export type BalanceKey<Req extends IncomingMessage = IncomingMessage> = (
  ctx: GatewayContext<Req>,
) => string;

/** The options that the slot reads. */
export interface BalanceConfig {
  readonly breaker?: BreakerOptions | false;
  readonly health?: HealthOptions | false;
  readonly balance?: BalanceKey | false;
}

/** The options, read. */
export interface BalanceSettings {
  readonly relay: RelayPlan;
  readonly breaker: BreakerSettings | undefined;
  readonly health: HealthSettings | undefined;
  readonly key: BalanceKey | undefined;
}

/** Reads the options. With several targets the slot is on, and so is the breaker. */
export function readBalance(
  problems: ConfigProblems,
  config: BalanceConfig,
  relay: RelayPlan | undefined,
): BalanceSettings | undefined {
  const areSeveral = relay !== undefined && relay.targets.length > 1;
  const { balance = false } = config;
  const settings = {
    breaker: readBreaker(problems.at('breaker'), config.breaker, areSeveral),
    health: readHealth(problems.at('health'), config.health),
    key: balance === false ? undefined : balance,
  };
  problems.at('balance').callback(balance);
  if (balance !== false && relay !== undefined && !areSeveral) {
    problems
      .at('balance')
      .add(balance, 'several targets to choose among: a list of URLs in target');
  }
  const isOn = areSeveral || settings.breaker !== undefined || settings.health !== undefined;
  return isOn && relay !== undefined ? { ...settings, relay } : undefined;
}
