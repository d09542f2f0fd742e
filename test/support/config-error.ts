import { type ConfigProblem, GatewayConfigError } from '../../src/index.ts';

/** The config error that a factory throws, if it throws one. */
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
