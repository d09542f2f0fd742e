/** A step into a document: a key, or a place in a list. */
export type Step = string | number;

type Json = Record<Step, unknown>;

/** A document with one endpoint, which runs. */
export function base(host = 'http://127.0.0.1:9999'): object {
  return {
    version: 3,
    endpoints: [
      {
        endpoint: '/mcp',
        method: 'POST',
        output_encoding: 'no-op',
        backend: [{ url_pattern: '/mcp', host: [host] }],
      },
    ],
  };
}

/** A copy of the document with another value at a place, which is made where it is missing. */
export function withValue(document: object, steps: readonly Step[], value: unknown): object {
  const copy = structuredClone(document);
  let at = copy as Json;
  for (const [i, step] of steps.slice(0, -1).entries()) {
    at[step] ??= typeof steps[i + 1] === 'number' ? [] : {};
    at = at[step] as Json;
  }
  const last = steps.at(-1) as Step;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

export const SERVICE = ['extra_config'] as const;
export const ENDPOINT = ['endpoints', 0] as const;
export const EXTRA = ['endpoints', 0, 'extra_config'] as const;
export const BACKEND = ['endpoints', 0, 'backend', 0] as const;
export const BACKEND_EXTRA = ['endpoints', 0, 'backend', 0, 'extra_config'] as const;

/** `auth/validator` with all that it needs. */
export const VALIDATOR = {
  alg: 'RS256',
  jwk_url: 'https://idp.example/jwks',
  issuer: 'https://idp.example/',
  audience: ['mcp'],
} as const;

/** The path of a place, as problems and warnings have it. */
export function pathOf(steps: readonly Step[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`;
    if (!/^\w+$/.test(step)) return `${path}[${JSON.stringify(step)}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');
}
