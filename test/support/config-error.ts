import { type ConfigProblem, GatewayConfigError } from '../../src/index.ts';

/** What a factory throws about its configuration, if anything. */
export function configErrorOf(build: () => unknown): GatewayConfigError | undefined {
  try {
    build();
  } catch (error) {
    if (error instanceof GatewayConfigError) return error;
    throw error;
  }
  return undefined;
}

export function problemsOf(build: () => unknown): readonly ConfigProblem[] {
  return configErrorOf(build)?.problems ?? [];
}

export function pathsOf(build: () => unknown): string[] {
  return problemsOf(build).map(({ path }) => path);
}
