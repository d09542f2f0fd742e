import { boundedFetch } from './bounded-fetch.ts';

/** Metadata and key sets have a few kilobytes. */
const LARGEST_ANSWER_BYTES = 512 * 1024;

/**
 * Fetches a JSON document: no redirects, and no more of it than it may have.
 *
 * @param signal - Ends the exchange, at whatever stage it is.
 */
export async function fetchJson(url: URL, signal: AbortSignal): Promise<unknown> {
  const headers = { accept: 'application/json' };
  const answer = await boundedFetch(url, { headers, signal }, LARGEST_ANSWER_BYTES);
  // A query may hold a secret.
  const where = url.origin + url.pathname;
  if (answer.status !== 200) throw new Error(`${where} answered ${answer.status}`);
  try {
    return await answer.json();
  } catch {
    // The message of a SyntaxError quotes the document.
    throw new Error(`${where} answered what is not JSON`);
  }
}
