import { get } from '../legacy-sse/support.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';

/** A stream of the older transport. */
export interface NamedStream {
  readonly client: RawClient;
  /** The URL for messages that it names. */
  readonly url: string;
}

/** Opens one, and waits for the URL. */
export async function namedStream(port: number): Promise<NamedStream> {
  const client = (await rawClient(port)).send(get('/sse'));
  const text = await client.has(/data: \S+\n\n/);
  return { client, url: /data: (\S+)\n\n/.exec(text)?.[1] ?? '' };
}
