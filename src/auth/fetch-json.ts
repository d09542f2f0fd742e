/** Metadata and key sets have a few kilobytes. */
const LARGEST_ANSWER_BYTES = 512 * 1024;

/**
 * Fetches a JSON document: no redirects, and no more of it than it may have.
 *
 * @param signal - Ends the exchange, whatever it has come to.
 */
export async function fetchJson(url: URL, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    // Where it leads, nobody has configured.
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal,
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${where(url)} answered ${response.status}`);
  }
  const text = await readText(response, url);
  try {
    return JSON.parse(text);
  } catch {
    // The message of a SyntaxError quotes the document.
    throw new Error(`${where(url)} answered what is not JSON`);
  }
}

async function readText({ body }: Response, url: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // As it comes, because neither Content-Length nor a content coding says how long it gets.
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > LARGEST_ANSWER_BYTES) throw new Error(`${where(url)} answered too much`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** A query may hold a secret. */
function where({ origin, pathname }: URL): string {
  return origin + pathname;
}
