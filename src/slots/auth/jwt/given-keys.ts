import type { JWK, JWTVerifyGetKey } from 'jose';
import type { ConfigProblems } from '../../../options/config-problems.ts';
import { whyUnfit } from './key-fitness.ts';
import type { KeySource } from './key-source.ts';
import type { JoseFailure } from './problem.ts';
import {
  isRecord,
  MOST_KEYS,
  NO_KEY,
  problemWith,
  type VerificationKeys,
  verificationKeys,
} from './verification-keys.ts';

const EXPECTED = "a JWK Set with public keys, like { keys: [{ kty: 'EC', crv: 'P-256', x, y }] }";

/**
 * Reads a JWK Set that was written by hand. A key that would be left out of a fetched set is a config error
 * here, and no value of a key is ever shown. `problems` stands at the option.
 */
export function readGivenKeys(
  problems: ConfigProblems,
  value: unknown,
  algorithms: readonly string[],
): VerificationKeys | undefined {
  const keys: unknown = isRecord(value) ? value.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_KEYS) {
    problems.addSecret(value, EXPECTED);
    return undefined;
  }
  let areGood = true;
  for (const [i, key] of [...keys].entries()) {
    const problem = problemWith(key) ?? whyUnfit(key as JWK, algorithms);
    if (problem === undefined) continue;
    areGood = false;
    problems.at('keys').at(i).addSecret(key, `a public key to verify with; this one ${problem}`);
  }
  return areGood ? withKeysOfNoName(keys) : undefined;
}

/**
 * In a set that was written by hand, a key without a `kid` is also for tokens that name one: the signature
 * decides. In a fetched set the names have to agree.
 */
function withKeysOfNoName(keys: readonly JWK[]): VerificationKeys {
  const all = verificationKeys(keys);
  const nameless = verificationKeys(keys.filter(({ kid }) => kid === undefined || kid === null));
  return {
    ...all,
    find: orElse(all.find, nameless.find),
    findFor(issuer) {
      const find = all.findFor(issuer);
      return find && orElse(find, nameless.findFor(issuer));
    },
  };
}

function orElse(find: JWTVerifyGetKey, nameless: JWTVerifyGetKey = NO_KEY): JWTVerifyGetKey {
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (error) {
      if ((error as JoseFailure).code !== 'ERR_JWKS_NO_MATCHING_KEY') throw error;
      const { kid: _, ...withoutName } = header;
      return nameless(withoutName, token);
    }
  };
}

/** Keys that stay as they are. Nothing is ever fetched. */
export class GivenKeys implements KeySource {
  readonly #keys: VerificationKeys;

  constructor(keys: VerificationKeys) {
    this.#keys = keys;
  }

  get held(): VerificationKeys {
    return this.#keys;
  }

  current(): VerificationKeys {
    return this.#keys;
  }

  async renewed(): Promise<VerificationKeys> {
    return this.#keys;
  }
}
