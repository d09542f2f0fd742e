import { foldFieldName } from '../../http/field.ts';

/**
 * `Authorization` and `Cookie`, names that end in them, and names whose last word says that the value is
 * secret.
 */
const SECRET = /(?:authorization|cookie|key|token|secret|password|credentials?|auth)$/;

/** Whether a header's value is a secret, as its name says. */
export function isSecretName(name: string): boolean {
  return SECRET.test(foldFieldName(name));
}
