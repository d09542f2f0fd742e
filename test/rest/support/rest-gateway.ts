import type { RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Client, VersionNegotiationMode } from '@modelcontextprotocol/client';
import { type RestTools, type RestToolsOptions, restTools } from '../../../src/exports/rest.ts';
import type { GatewayConfig } from '../../../src/index.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { connect } from '../../support/mcp.ts';
import { serve } from '../../support/servers.ts';

/** Clients of both eras. */
export const ERAS: readonly (readonly [era: string, mode: VersionNegotiationMode])[] = [
  ['sessions', 'legacy'],
  ['without sessions', { pin: '2026-07-28' }],
];

/** A request as the API got it. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface RestApi {
  readonly url: string;
  readonly port: number;
  /** What has come, in order. */
  readonly seen: ApiRequest[];
}

/** What an API answers: a status and a body, JSON where it is no text and no bytes. */
export interface ApiAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An HTTP API on a port of its own, which keeps what it gets. */
export async function startApi(
  answer: (request: ApiRequest) => ApiAnswer = () => ({ body: {} }),
): Promise<RestApi> {
  const seen: ApiRequest[] = [];
  const { port } = await serve(apiListener(seen, answer));
  return { url: `http://127.0.0.1:${port}`, port, seen };
}

/** The same as a handler. */
export function apiListener(
  seen: ApiRequest[],
  answer: (request: ApiRequest) => ApiAnswer,
): RequestListener {
  return (req, res) => {
    buffer(req).then(
      (body) => {
        const { method = '', url = '', headers } = req;
        const request = { method, url, headers, body };
        seen.push(request);
        const { status = 200, headers: own = {}, body: written } = answer(request);
        const isBytes = typeof written === 'string' || Buffer.isBuffer(written);
        const type = isBytes || written === undefined ? {} : { 'content-type': 'application/json' };
        res.writeHead(status, { ...type, ...own });
        res.end(isBytes || written === undefined ? written : JSON.stringify(written));
      },
      () => {},
    );
  };
}

export interface RestGateway {
  readonly gateway: TestGateway;
  readonly tools: RestTools;
  /** An official client of the newer era. */
  readonly client: Client;
}

/** A gateway whose target is what `restTools` makes, and a client of it. */
export async function startRest(
  options: RestToolsOptions,
  {
    config = {},
    mode = { pin: '2026-07-28' },
  }: { config?: Partial<GatewayConfig>; mode?: VersionNegotiationMode } = {},
): Promise<RestGateway> {
  const tools = await restTools(options);
  const gateway = await startGateway({ target: tools, ...config });
  const { client } = await connect(gateway.url, mode);
  return { gateway, tools, client };
}

/** What a call gives: whether it failed, its texts, and the rest. */
export interface Called {
  readonly isError: boolean;
  readonly text: string;
  readonly structuredContent: unknown;
  readonly content: readonly { readonly type: string }[];
}

/** Calls a tool. */
export async function call(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<Called> {
  const {
    content,
    isError = false,
    structuredContent,
  } = await client.callTool({ name, arguments: args });
  const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
  return { isError, text, structuredContent, content };
}

/** A document with these paths. */
export function document(
  paths: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return { openapi: '3.1.0', info: { title: 'Orders', version: '1.2.3' }, paths, ...more };
}
