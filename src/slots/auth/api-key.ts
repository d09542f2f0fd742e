import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isFieldName } from '../../http/field.ts';
import { isScope } from '../../oauth/scope.ts';
import { type ConfigProblems, checkConfig } from '../../options/config-problems.ts';
import { isFactory } from '../../options/factories.ts';
import type { Principal } from '../../principal.ts';
import type { AuthenticationScheme, Identification } from './authenticator.ts';
import { bearerKeyOf } from './bearer-token.ts';
import { rememberOwnTokens } from './known-tokens.ts';

/** One key and whose it is. */
export interface ApiKey {
  /** The SHA-256 of the key, in hexadecimal: the key itself is nowhere in the configuration. */
  readonly sha256: string;
  /** Whose key it is: the `subject` of the principal. */
  readonly subject: string;
  /** What the key is good for. Default: nothing that asks for a scope. */
  readonly scopes?: readonly string[];
}

/** Which keys are taken. */
export interface ApiKeyOptions {
  /** The keys that are accepted. */
  readonly keys: readonly ApiKey[];
  /**
   * The header with the key. In `'Authorization'` it stands behind `Bearer`, as a token does. Default:
   * `'X-Api-Key'`.
   */
  readonly header?: string;
}

/**
 * Takes API keys. A key is compared with all of them in constant time, by its hash.
 *
 * @param options - See {@link ApiKeyOptions}.
 * @returns An authenticator for `auth` or `requireAuth`.
 * @throws {GatewayConfigError} for a `sha256` that is no SHA-256, an empty `subject` or an invalid header
 * name.
 *
 * @example From `examples/middlewares.ts`:
 * ```ts
 * app.use('/mcp', requireAuth(apiKey({ keys: [{ sha256: AGENT_KEY_SHA256, subject: 'agent' }] })));
 * ```
 */
export function apiKey(options: ApiKeyOptions): AuthenticationScheme {
  const { keys, header } = checkConfig('apiKey', (problems) => read(problems, options));
  const isBearer = header === 'authorization';

  /** Compares the key with every known key, also after a match: the time must not tell which one it is. */
  function ownerOf(key: string): Principal | undefined {
    // Node decodes header fields as Latin-1: these are the bytes that the client sent.
    const digest = hash('sha256', Buffer.from(key, 'latin1'), 'buffer');
    let principal: Principal | undefined;
    for (const known of keys)
      if (timingSafeEqual(known.digest, digest)) principal = known.principal;
    return principal;
  }

  const scheme: AuthenticationScheme = {
    kind: 'apiKey',
    header,
    issuers: [],
    scopes: [],
    identify(req): Identification {
      const given = isBearer ? keyBehindBearer(req) : (req.headers[header] ?? '');
      if (typeof given === 'object' && 'outcome' in given) return given;
      if (given === '') return { outcome: 'absent' };
      const principal = ownerOf(String(given));
      if (principal !== undefined) return { outcome: 'accepted', principal };
      return { outcome: 'refused', description: 'The key is not known' };
    },
  };
  return isBearer ? rememberOwnTokens(scheme, (token) => ownerOf(token) !== undefined) : scheme;
}

isFactory('apiKey', apiKey);

const MALFORMED: Identification = {
  outcome: 'refused',
  description: 'The Authorization header does not hold exactly one bearer token',
};

/** Has no `description`: it would tell strangers how keys are sent. */
const BARE: Identification = {
  outcome: 'refused',
  detail: 'Authorization holds no scheme: apiKey() takes "Bearer <key>" there',
};

/** Returns an empty text where there is no such field, or one with credentials of another scheme. */
function keyBehindBearer(req: IncomingMessage): string | Identification {
  const bearer = bearerKeyOf(req);
  if (bearer === 'malformed') return MALFORMED;
  if (bearer !== undefined) return bearer.token;
  return /^[^\s]+$/.test(req.headers.authorization ?? '') ? BARE : '';
}

/**
 * The SHA-256 of an empty text, which is what an unset variable gives. It is written out because the first
 * hash that a process makes takes two milliseconds.
 */
const OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

interface KnownKey {
  readonly digest: Buffer;
  readonly principal: Principal;
}

function read(problems: ConfigProblems, options: ApiKeyOptions) {
  if (!problems.keys(options, ['keys', 'header'], '{ keys: [{ sha256, subject }] }'))
    return undefined;
  const { keys, header = 'X-Api-Key' } = options;
  if (!isFieldName(header)) problems.at('header').add(header, 'a header name');
  const list = problems.at('keys');
  // An invalid entry may be a key in the clear: `readKey` reports it without showing it.
  const given = list.list(keys, isAnything, 'a key', { atLeast: 1, mayBeSecret: true });
  const hashes = given.map((key) => String((key as ApiKey | null)?.sha256).toLowerCase());
  for (const [i, hash] of hashes.entries()) {
    const place = list.at(i).at('sha256');
    if (hashes.indexOf(hash) !== i) {
      place.addSecret(hash, 'a key that is not in the list already');
    }
    if (hash === OF_NOTHING) place.addSecret(hash, 'no hash of nothing');
  }
  return {
    keys: given.flatMap((key, i) => readKey(list.at(i), key) ?? []),
    header: String(header).toLowerCase(),
  };
}

function readKey(problems: ConfigProblems, key: ApiKey): KnownKey | undefined {
  if (!problems.keys(key, ['sha256', 'subject', 'scopes'], '{ sha256, subject }')) return undefined;
  const { sha256, subject, scopes = [] } = key;
  const isHash = typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256);
  if (!isHash) problems.at('sha256').addSecret(sha256, 'a SHA-256 in hexadecimal, 64 digits');
  if (typeof subject !== 'string' || subject === '') {
    problems.at('subject').add(subject, 'the name of its owner');
  }
  const granted = problems.at('scopes').list(scopes, isScope, 'a scope');
  if (!isHash) return undefined;
  return {
    digest: Buffer.from(sha256, 'hex'),
    principal: Object.freeze({ subject, scopes: granted }),
  };
}

function isAnything(_value: unknown): _value is ApiKey {
  return true;
}
