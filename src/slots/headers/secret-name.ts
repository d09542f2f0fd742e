import { foldFieldName } from '../../http/field.ts';

/** `Authorization` and `Cookie`, with those of the same kind, and what says by its last word that it is secret. */
const SECRET = /(?:authorization|cookie|key|token|secret|password|credentials?|auth)$/;

/** Whether a header's value is a secret, as its name says. */
export function isSecretName(name: string): boolean {
  return SECRET.test(foldFieldName(name));
}
