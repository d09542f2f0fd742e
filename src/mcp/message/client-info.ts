import { isJsonObject } from '../json/json-object.ts';

/** The client that sent a message, as the client itself says. No decision rests on it. */
export interface ClientInfo {
  /** At most 64 characters of what it calls itself. */
  readonly name: string;
  /** At most 64 characters; undefined where it says none. */
  readonly version: string | undefined;
}

/** Clients have short names. Each session remembers one. */
const LONGEST = 64;

/** The member of `_meta` by which a message of the modern era names its client (MCP 2026-07-28, "_meta"). */
const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';

/** The client of a message: from `_meta` (modern era), else from the params of an `initialize`. */
export function clientOf(message: unknown): ClientInfo | undefined {
  if (!isJsonObject(message)) return undefined;
  const { method, params } = message;
  if (!isJsonObject(params)) return undefined;
  const { _meta: meta } = params;
  const told = isJsonObject(meta) ? readClientInfo(meta[CLIENT_INFO]) : undefined;
  return told ?? (method === 'initialize' ? readClientInfo(params.clientInfo) : undefined);
}

/** Reads what a client says of itself. */
export function readClientInfo(value: unknown): ClientInfo | undefined {
  if (!isJsonObject(value)) return undefined;
  const { name, version } = value;
  if (typeof name !== 'string') return undefined;
  return { name: cut(name), version: typeof version === 'string' ? cut(version) : undefined };
}

/** Replaces half of a surrogate pair: JSON may hold one, and cutting may leave one. */
function cut(text: string): string {
  return text.slice(0, LONGEST).toWellFormed();
}
