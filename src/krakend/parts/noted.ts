import { GatewayConfigError } from '../../options/gateway-config-error.ts';
import type { Notes } from '../notes.ts';

/**
 * The result of `make`. Where `make` finds mistakes in its options, they are noted, and the result is
 * undefined.
 */
export function notedOr<T>(notes: Notes, make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof GatewayConfigError)) throw error;
    for (const { path, given, expected } of error.problems) {
      notes.refuse(`${path || 'this'}: given ${given}; expected ${expected}`);
    }
    return undefined;
  }
}
