import { retryAfterMs, retryAfterSeconds } from '../../http/retry-after.ts';
import type { ApiAnswer } from '../call/read-answer.ts';
import { asObject, asText } from '../json.ts';
import { kindOf, readMediaType, textOf } from './media.ts';

/** How many characters of the API's own text about an error are told. */
const MOST_CHARACTERS = 1024;

/**
 * How many bytes of the body are searched for that text. A problem document is shorter; a page has its title
 * at its beginning.
 */
const MOST_BYTES = 64 * 1024;

/**
 * The text about an answer that is no success: its status, what a problem document says (RFC 9457) or the
 * beginning of a text, and how long to wait. It has no header, and nothing that `scrub` takes out.
 */
export function errorText(answer: ApiAnswer, scrub: (text: string) => string): string {
  const { status } = answer;
  const said =
    status >= 300 && status < 400 && status !== 304
      ? 'the API redirects, and redirects are not followed'
      : saidBy(answer);
  const text = said === undefined ? `HTTP ${status}` : `HTTP ${status}: ${shortened(scrub(said))}`;
  const wait = retryAfterMs(answer.retryAfter, Date.now());
  if (wait === undefined || (status !== 429 && status !== 503)) return text;
  return `${text}${/[.!?]$/.test(text) ? '' : '.'} Try again in ${retryAfterSeconds(wait)} seconds.`;
}

function saidBy({ bytes, contentType }: ApiAnswer): string | undefined {
  if (bytes === undefined || bytes.length === 0) return undefined;
  const type = readMediaType(contentType);
  const kind = kindOf(type, bytes);
  if (kind !== 'json' && kind !== 'text' && kind !== 'html') return undefined;
  const text = textOf(bytes.subarray(0, MOST_BYTES), type).trim();
  if (kind === 'html') return asText(/<\w/.test(text) ? titleOf(text) : text);
  return (kind === 'json' ? problemIn(text) : undefined) ?? asText(text);
}

/**
 * The title of a page. The rest of a page is for people, or a stack. A body without a tag is a text, although
 * its type says that it is a page.
 */
function titleOf(page: string): string | undefined {
  const [, title] = /<title[^<>]*>([^<]*)</i.exec(page) ?? [];
  return title?.trim();
}

function problemIn(text: string): string | undefined {
  try {
    const { title, detail } = asObject(JSON.parse(text)) ?? {};
    const parts = [title, detail].flatMap((part) => asText(part) ?? []);
    return parts.length === 0 ? undefined : parts.join(': ');
  } catch {
    return undefined;
  }
}

function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS).toWellFormed()}…`;
}
