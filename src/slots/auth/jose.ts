/*
 * The functions of `jose` that are used. This file is only ever loaded by `import()`, with the first token:
 * an app that takes no tokens does not wait for it.
 */
export { decodeProtectedHeader } from 'jose/decode/protected_header';
export { createLocalJWKSet } from 'jose/jwks/local';
export { decodeJwt } from 'jose/jwt/decode';
export { jwtVerify } from 'jose/jwt/verify';
