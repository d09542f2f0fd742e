import { restTools } from '../../../src/exports/rest.ts';
import { type ConfigProblem, GatewayConfigError } from '../../../src/index.ts';

/** What `restTools` says about its options, if anything. */
export async function problemsOf(options: unknown): Promise<readonly ConfigProblem[]> {
  try {
    await restTools(options as Parameters<typeof restTools>[0]);
  } catch (error) {
    if (error instanceof GatewayConfigError) return error.problems;
    throw error;
  }
  return [];
}

/** The same, each as its path and what is expected there. */
export async function toldOf(options: unknown): Promise<string[]> {
  return (await problemsOf(options)).map(({ path, expected }) => `${path}: ${expected}`);
}
