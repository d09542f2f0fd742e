import type { GatewayConfig } from '../../config.ts';
import { NoForm, type Source } from './source.ts';

/** The options of a gateway as an expression. */
export interface GatewaySource {
  readonly text: string;
  /** The options that have no form, and are made by the import. */
  readonly made: readonly string[];
}

/**
 * Writes the options of a gateway. An option that has no form as a text is taken from the import as a whole:
 * no protection is left out.
 */
export function gatewaySource(source: Source, path: string, config: GatewayConfig): GatewaySource {
  const made: string[] = [];
  const lines = Object.entries(config).map(([name, value]) => {
    try {
      return `  ${name}: ${source.write(value, '  ')},`;
    } catch (error) {
      if (!(error instanceof NoForm)) throw error;
      made.push(name);
      return `  // It has no form of its own: the import makes it.\n  ${name}: made(${source.write(path)}, '${name}'),`;
    }
  });
  return { text: ['{', ...lines, '}'].join('\n'), made };
}
