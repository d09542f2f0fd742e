import { isFieldName } from '../../http/field.ts';

/**
 * Whether a tool may send this method: a token (RFC 9110 section 9.1) in capitals, but not `CONNECT`, which
 * asks for a tunnel, nor `TRACE`, whose answer repeats the request with the credentials in it.
 */
export function isUsableMethod(method: unknown): method is string {
  return (
    isFieldName(method) &&
    method === method.toUpperCase() &&
    method !== 'CONNECT' &&
    method !== 'TRACE'
  );
}
