const PLACEHOLDER = '{tenant}';

const LONGEST_TENANT = 255;

/** Unreserved characters (RFC 3986 section 2.3): nothing that is encoded, ends a segment or begins a query. */
const TENANT = /^[\w.~-]+$/;

/** Whether a text can stand for a tenant. A segment of dots alone leads to another path. */
export function isTenant(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > LONGEST_TENANT) return false;
  return TENANT.test(value) && !/^\.+$/.test(value);
}

/** A URL with `{tenant}` in a segment of its path, for which any tenant may stand. */
export class TenantUrl {
  /** As it was given. */
  readonly text: string;
  readonly #before: string;
  readonly #behind: string;

  private constructor(text: string) {
    this.text = text;
    const [before = '', behind = ''] = text.split(PLACEHOLDER);
    this.#before = before;
    this.#behind = behind;
  }

  /** Undefined for anything but an http or https URL with the placeholder in its path, once. */
  static read(text: unknown): TenantUrl | undefined {
    if (typeof text !== 'string') return undefined;
    const [before = '', behind, ...more] = text.split(PLACEHOLDER);
    if (behind === undefined || more.length > 0 || /[{}]/.test(before + behind)) return undefined;
    // Scheme and host stand in front of the placeholder, so that the name of a tenant cannot change them.
    if (!/^https?:\/\/[^/?#\\@]+\/[^?#\\]*$/.test(before) || /[?#\\]/.test(behind))
      return undefined;
    const url = new TenantUrl(text);
    return isAsWritten(url.of('tenant')) ? url : undefined;
  }

  /** The URL of a tenant. */
  of(tenant: string): string {
    return this.#before + tenant + this.#behind;
  }

  /** The tenant whose URL a text is, character for character; undefined: it is the URL of none. */
  tenantIn(text: string): string | undefined {
    const end = text.length - this.#behind.length;
    if (end <= this.#before.length) return undefined;
    if (!text.startsWith(this.#before) || !text.endsWith(this.#behind)) return undefined;
    const tenant = text.slice(this.#before.length, end);
    return isTenant(tenant) ? tenant : undefined;
  }
}

/** Whether the path of a URL stays as it is written: dots in it may lead to another. */
function isAsWritten(text: string): boolean {
  const path = text.slice(text.indexOf('/', text.indexOf('//') + 2));
  return URL.canParse(text) && new URL(text).pathname === path;
}
