import {
  type ConfigProblem,
  configProblem,
  GatewayConfigError,
} from '../options/gateway-config-error.ts';
import type { KrakendNote } from './notes.ts';

/** One reason why a document does not start. */
export interface KrakendProblem extends KrakendNote, ConfigProblem {}

/** Thrown for a KrakenD configuration that cannot run as it is meant, with every reason at once. */
export class KrakendConfigError extends GatewayConfigError {
  override readonly name: string = 'KrakendConfigError';
  declare readonly problems: readonly KrakendProblem[];

  constructor(notes: readonly KrakendNote[]) {
    const given = 'what the document says';
    const code = 'invalid_value';
    super(
      'fromKrakend',
      notes.map(({ path, message }) =>
        configProblem({ path, code, given, expected: message, message }),
      ),
    );
    const lines = notes.map(({ path, message }) => `${path || 'document'}: ${message}`);
    this.message = ['This KrakenD configuration does not start:', ...lines].join('\n  ');
  }
}
