import { get } from '../legacy-sse/support.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';

/** A stream of the older transport. */
export interface NamedStream {
  readonly client: RawClient;
  /** The URL for messages that it names. */
  readonly url: string;
}

const URL_EVENT = /data: (\S+)\n\n/;
const REFUSAL = /^HTTP\/1\.1 [3-5].*\r\n\r\n/s;

/** Opens one, and waits for the URL. A refusal fails the test at once, and not after its time. */
export async function namedStream(port: number): Promise<NamedStream> {
  const client = (await rawClient(port)).send(get('/sse'));
  const text = await client.has(new RegExp(`${URL_EVENT.source}|${REFUSAL.source}`, 's'));
  const url = URL_EVENT.exec(text)?.[1];
  if (url === undefined) throw new Error(`No URL for messages came: ${text}`);
  return { client, url };
}
