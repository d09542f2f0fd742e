import { metadataUrl } from '../../oauth/metadata-url.ts';
import type { AuthenticationScheme } from './authenticator.ts';

/** What a challenge says besides the URL of the metadata. */
export interface ChallengeDetails {
  readonly error?: 'invalid_token' | 'invalid_request' | 'insufficient_scope';
  /** A sentence for the developer of the client. */
  readonly description?: string | undefined;
  readonly scopes?: readonly string[];
}

/**
 * The `WWW-Authenticate` field for refused clients: one challenge, with its parameters in the order that
 * official clients read without mistakes, because they look for `scope=` anywhere in it.
 *
 * @see RFC 6750 section 3; RFC 9728 section 5.1
 */
export class Challenge {
  readonly #metadata: string | undefined;
  readonly #takesTokens: boolean;
  readonly #scopes: readonly string[];
  /** The challenge where no scheme takes bearer tokens. */
  readonly #other: string;

  constructor(schemes: readonly AuthenticationScheme[], publicUrl: URL | undefined) {
    this.#takesTokens =
      schemes.length === 0 ||
      schemes.some(({ header = 'authorization', challenge }) => {
        return header === 'authorization' && challenge === undefined;
      });
    this.#other =
      schemes.find(({ challenge }) => challenge !== undefined)?.challenge ?? 'ApiKey realm="mcp"';
    this.#metadata =
      publicUrl && schemes.some(({ issuers }) => issuers.length > 0)
        ? metadataUrl(publicUrl).href
        : undefined;
    this.#scopes = [...new Set(schemes.flatMap(({ scopes }) => scopes))];
  }

  /** The value of `WWW-Authenticate`. */
  header({ error, description, scopes = [] }: ChallengeDetails = {}): string {
    if (!this.#takesTokens) return this.#other;
    const parameters = {
      // Clients overlook a challenge without any parameter.
      ...(this.#metadata === undefined ? { realm: 'mcp' } : { resource_metadata: this.#metadata }),
      scope: [...new Set([...this.#scopes, ...scopes])].join(' '),
      error,
      error_description: description && sanitised(description),
    };
    const given = Object.entries(parameters).filter(([, value]) => value);
    return `Bearer ${given.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
  }
}

/** RFC 6750 section 3 allows no `"` and no `\\`; a `=` could be taken for a parameter. */
function sanitised(text: string): string {
  return text.replace(/[^ !#-<>-[\]-~]/g, '');
}
