import type { IncomingMessage } from 'node:http';
import type { AuthenticationScheme, Identification } from '../../slots/auth/authenticator.ts';
import { linesOf } from '../../slots/auth/bearer-token.ts';
import { PasswordCheck } from './password-check.ts';
import { costOf } from './users.ts';
import { VerifiedPasswords } from './verified-passwords.ts';

const BASIC = /^basic +([\w+/-]+=*)$/i;

const MALFORMED: Identification = {
  outcome: 'refused',
  description: 'The Authorization header does not hold exactly one user and password',
};

const WRONG: Identification = {
  outcome: 'refused',
  description: 'The user or the password is wrong',
};

/**
 * An authentication scheme for users with passwords.
 *
 * @param users - Their hashes of bcrypt, one or more.
 * @throws {Error} if `bcryptjs` is not installed.
 * @see RFC 7617
 */
export function basicScheme(users: ReadonlyMap<string, string>): AuthenticationScheme {
  const check = new PasswordCheck();
  const verified = new VerifiedPasswords();
  // An unknown user is compared with the most costly hash. So it takes as long as a known one, and an
  // attacker does not learn which users there are.
  const [unknown = ''] = [...users.values()].sort((one, other) => costOf(other) - costOf(one));
  return {
    kind: 'basic',
    header: 'authorization',
    issuers: [],
    scopes: [],
    challenge: 'Basic realm="mcp", charset="UTF-8"',
    async identify(req) {
      const given = credentialsOf(req);
      if (given === undefined) return { outcome: 'absent' };
      if (given === 'malformed') return MALFORMED;
      const { user, password } = given;
      const hash = users.get(user);
      const compare = async () => {
        const isRight = await check.compare(password, hash ?? unknown);
        return isRight && hash !== undefined;
      };
      try {
        const isRight = await verified.isRight(user, password, compare);
        return isRight ? { outcome: 'accepted', principal: { subject: user } } : WRONG;
      } catch (cause) {
        return { outcome: 'unavailable', cause };
      }
    },
  };
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

function credentialsOf(req: IncomingMessage): Credentials | 'malformed' | undefined {
  const { authorization = '' } = req.headers;
  if (linesOf(req, 'authorization') > 1) return 'malformed';
  if (!/^basic(?![\w!#$%&'*+\-.^`|~])/i.test(authorization)) return undefined;
  const [, encoded] = BASIC.exec(authorization) ?? [];
  const text = encoded === undefined ? undefined : decode(encoded);
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 1) return 'malformed';
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(base64: string): string | undefined {
  try {
    return UTF_8.decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}
