import { leadsToItself, redirectUrl, staysAtOrigin } from '../../engine/redirect.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { UpstreamError } from '../../engine/upstream-error.ts';
import { isFieldName, isFieldValue } from '../../http/field.ts';
import { isChunkedExactly } from '../../http/framing.ts';
import { isSameOrigin } from '../../http/same-origin.ts';

/** Node keeps this many header lines of an answer and silently drops the rest. */
const MAX_HEADERS = 1000;

/** How many characters of a path, a name or a value are shown: an operator reads no more. */
const LONGEST_SHOWN = 200;

/**
 * Why the head of an answer cannot be passed on as it is; undefined where it can. Then its status is final
 * and known, and no redirect (whose target is the upstream's business, not the client's). It is whole, and
 * has nothing in it that another reader might take for the end of a line or of the message.
 *
 * The error is for the operator of the gateway, never for the client. `hide` takes secrets out of what the
 * upstream said.
 */
export function unrelayable(
  answer: UpstreamAnswer,
  target: URL,
  hide: (text: string) => string,
): UpstreamError | undefined {
  const { status } = answer;
  if (status >= 300 && status < 400) return redirect(answer, target, hide);
  const problem = problemOf(answer, hide);
  return problem === undefined ? undefined : answered(problem);
}

/** @param detail - Default: the whole message. */
function answered(problem: string, detail?: string): UpstreamError {
  const message = `The upstream answered ${problem}`;
  return new UpstreamError(message, detail ?? message);
}

function problemOf(answer: UpstreamAnswer, hide: (text: string) => string): string | undefined {
  const { status, rawHeaders, httpVersion } = answer;
  if (status < 200 || status > 599) return `with ${status}, which is no final status of HTTP`;
  const lines = rawHeaders.length / 2;
  if (lines >= MAX_HEADERS) {
    return `with ${lines} header lines or more, of which Node drops those behind the ${MAX_HEADERS}th`;
  }
  if (!httpVersion.startsWith('1.')) return `in version ${httpVersion} of HTTP`;
  if (!isFieldValue(answer.reason)) {
    return `${status} with a control character in the reason phrase`;
  }
  const coding = answer.headers['transfer-encoding'];
  if (coding !== undefined && !(httpVersion === '1.1' && isChunkedExactly(coding))) {
    const shown = JSON.stringify(hide(coding.slice(0, LONGEST_SHOWN)));
    return `with the transfer coding ${shown} in HTTP/${httpVersion}`;
  }
  const at = rawHeaders.findIndex((text) => !isFieldValue(text));
  if (at === -1) return undefined;
  const name = rawHeaders[at - (at % 2)];
  const shown = isFieldName(name)
    ? `'${hide(name.slice(0, LONGEST_SHOWN))}'`
    : 'one without a name';
  return `with a control character in a header, ${shown}`;
}

function redirect(
  answer: UpstreamAnswer,
  target: URL,
  hide: (text: string) => string,
): UpstreamError {
  const { status, unfollowed } = answer;
  if (status === 304) return answered('304, as if the gateway had a copy of the answer');
  const url = redirectUrl(answer, unfollowed?.from ?? target);
  const why = unfollowed === undefined ? '' : ` (${unfollowed.why})`;
  const what = `${status}, a redirect${why}`;
  if (url === undefined) return answered(`${what} to nowhere`);
  const origin = hide(/^https?:$/.test(url.protocol) ? url.origin : url.protocol);
  const path = pathOf(url, hide);
  const detail = `redirect to ${origin}${path}`;
  if (url.username !== '' || url.password !== '') {
    return answered(`${what} to a URL with credentials in it`, detail);
  }
  if (unfollowed && leadsToItself(url, unfollowed.from)) {
    return answered(`${what} to itself`, detail);
  }
  if (!isSameOrigin(url, target)) {
    return answered(`${what} to another origin, ${origin}, with the path ${path}`, detail);
  }
  const fix = `make ${path} the path of the target`;
  const isFollowable = unfollowed === undefined && staysAtOrigin(status, url, target);
  const where = `to another path of its own origin: ${fix}${isFollowable ? FOLLOW : ''}`;
  return answered(`${what} ${where}`, detail);
}

const FOLLOW = ", or set redirects to 'same-origin'";

/** The path alone: the query may have tokens in it. */
function pathOf({ pathname }: URL, hide: (text: string) => string): string {
  const decoded = decode(pathname);
  return hide(decoded) === decoded ? hide(pathname).slice(0, LONGEST_SHOWN) : '/•••';
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
