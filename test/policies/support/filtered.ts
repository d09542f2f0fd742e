import type { GatewayConfig, Policy } from '../../../src/index.ts';
import type { Answer } from '../../support/client/answer.ts';
import { type RawClient, rawClient } from '../../support/client/raw.ts';
import { type Outgoing, rawRequest } from '../../support/client/request.ts';
import { send } from '../../support/client/send.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { message } from '../../support/messages.ts';
import {
  answering,
  type RawUpstream,
  rawUpstream,
  type UpstreamConnection,
} from '../../support/upstream.ts';

/** Lets nothing through that has `hidden` in its name. */
export const notHidden: Policy = ({ mcp }) => mcp.name?.includes('hidden') !== true;

/** A gateway that hides, and adds nothing to streams. */
export const FILTER: Pick<GatewayConfig, 'policies' | 'filterLists' | 'heartbeat'> = {
  policies: notHidden,
  filterLists: true,
  heartbeat: false,
};

export const TOOLS_LIST: string = message('tools/list');

export interface Filtered {
  readonly gateway: TestGateway;
  readonly upstream: RawUpstream;
}

/** A gateway that filters lists, in front of an upstream that answers everything with these bytes. */
export async function filtering(
  bytes: string | Buffer,
  config: Partial<GatewayConfig> = {},
): Promise<Filtered> {
  const upstream = await rawUpstream(answering(bytes));
  const gateway = await startGateway({
    ...FILTER,
    target: upstream.target,
    ...config,
  });
  return { gateway, upstream };
}

/** The head of a stream to the end of its connection. */
export const STREAM_HEAD = 'HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';

export interface OpenStream {
  readonly gateway: TestGateway;
  readonly client: RawClient;
  readonly connection: UpstreamConnection;
}

/** An open event stream through a gateway that filters, and both of its ends. */
export async function openStream(
  config: Partial<GatewayConfig>,
  head: string = STREAM_HEAD,
): Promise<OpenStream> {
  const upstream = await rawUpstream();
  const gateway = await startGateway({ ...FILTER, target: upstream.target, ...config });
  const client = await rawClient(gateway.port);
  client.send(rawRequest({ method: 'GET', version: '1.0' }));
  const connection = await upstream.connection(0);
  connection.socket.write(head);
  await client.has(/\r\n\r\n/);
  return { gateway, client, connection };
}

/** What comes of these bytes as the answer to a request for the list of tools. */
export async function filtered(
  bytes: string | Buffer,
  request: Outgoing = { body: TOOLS_LIST },
  config: Partial<GatewayConfig> = {},
): Promise<Answer> {
  const { gateway } = await filtering(bytes, config);
  return send(gateway.port, request);
}

/** An answer as it goes over the wire. */
export function answer(
  body: string | Buffer,
  fields: readonly string[] = ['Content-Type: application/json'],
  status = '200 OK',
): Buffer {
  const bytes = Buffer.from(body);
  const head = [`HTTP/1.1 ${status}`, ...fields, `Content-Length: ${bytes.length}`];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]);
}

/** An event stream as it goes over the wire. */
export function events(body: string | Buffer): Buffer {
  const head =
    'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n';
  const bytes = Buffer.from(body);
  const chunk = [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')];
  const chunks = bytes.length === 0 ? [] : chunk;
  return Buffer.concat([Buffer.from(`${head}\r\n`), ...chunks, Buffer.from('0\r\n\r\n')]);
}

/** The source text of a response. */
export function result(members: string, id = '1'): string {
  return `{"jsonrpc":"2.0","id":${id},"result":{${members}}}`;
}

/** The source text of a list of tools with these names. */
export function tools(...names: string[]): string {
  return result(`"tools":[${names.map((name) => `{"name":${JSON.stringify(name)}}`).join()}]`);
}
