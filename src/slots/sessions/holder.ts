import { BoundedMap } from '../../lib/bounded-map.ts';
import { type ClientInfo, readClientInfo } from '../../mcp/message/client-info.ts';

/** The owner of a session, and where it lives. */
export interface Holder {
  /** Empty where the gateway itself identifies no callers. */
  readonly owner: string;
  /** The id of its target, where targets are chosen: there are several, or one with a breaker. */
  readonly home: string | undefined;
  /** The client that began it, for observers. It does not matter for who owns the session. */
  readonly client?: ClientInfo | undefined;
}

/** How a text with a home ends. No owner ends like this: it is empty, or a JSON text. */
const HOME = /@([\w-]+)$/;
const CLIENT = /#([\w-]+)$/;

/** The text of a holder, as it is kept in a store. */
export function holderText({ owner, home, client }: Holder): string {
  const place = home === undefined ? owner : `${owner}@${home}`;
  if (client === undefined) return place;
  return `${place}#${Buffer.from(JSON.stringify(client)).toString('base64url')}`;
}

/** Reads the text of a holder. */
export function readHolder(text: string): Holder {
  const rest = heldBy(text);
  const home = HOME.exec(rest)?.[1];
  return home === undefined
    ? { owner: rest, home }
    : { owner: rest.slice(0, -home.length - 1), home };
}

/** The text without the client: if two are the same then, they are of one holder. */
export function heldBy(text: string): string {
  return text.replace(CLIENT, '');
}

/** For how many holders the client is remembered: each request of a session asks for it. */
const MOST_READ = 1000;

const clients = new BoundedMap<string, ClientInfo>(MOST_READ);

/** The client in the text; undefined where there is none, or none that can be read. */
export function clientIn(text: string): ClientInfo | undefined {
  const known = clients.get(text);
  if (known !== undefined) return known;
  const client = readClientIn(text);
  if (client !== undefined) clients.set(text, Object.freeze(client));
  return client;
}

function readClientIn(text: string): ClientInfo | undefined {
  const written = CLIENT.exec(text)?.[1];
  if (written === undefined) return undefined;
  try {
    return readClientInfo(JSON.parse(Buffer.from(written, 'base64url').toString()));
  } catch {
    return undefined;
  }
}
