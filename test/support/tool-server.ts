import type { ServerResponse } from 'node:http';
import { type RecordingUpstream, recordingUpstream } from './upstream.ts';

/** How a server answers. */
export type AnswerForm = 'json' | 'events';

/** The source text of a tool. */
export function tool(name: string, members: string = '"description":"does it"'): string {
  return `{"name":${JSON.stringify(name)},${members}}`;
}

/** A server whose tools can be changed at any time. */
export interface ToolServer extends RecordingUpstream {
  /** The source texts of its tools. */
  tools: string[];
  form: AnswerForm;
  /** How many tools are on a page. */
  pageSize: number;
  /** Answers requests for lists in its own way. */
  list: ((res: ServerResponse, id: unknown, cursor: string | undefined) => void) | undefined;
  /** Answers requests that are neither for a list nor calls in its own way. */
  other: ((res: ServerResponse) => void) | undefined;
  /** The tools that were called, in order. */
  readonly called: string[];
}

/** Starts such a server. */
export async function toolServer(...tools: string[]): Promise<ToolServer> {
  const called: string[] = [];
  const upstream = await recordingUpstream((req, res, body) => {
    if (req.method !== 'POST') {
      res.writeHead(405).end();
      return;
    }
    const [{ id, method, params }] = [JSON.parse(body.toString())].flat();
    if (method === 'tools/call') {
      called.push(params.name);
      respond(res, server.form, `{"jsonrpc":"2.0","id":${id},"result":{"content":[]}}`);
      return;
    }
    if (method !== 'tools/list' && server.other !== undefined) {
      server.other(res);
      return;
    }
    if (method !== 'tools/list') {
      respond(res, server.form, `{"jsonrpc":"2.0","id":${id},"result":{}}`);
      return;
    }
    const cursor: string | undefined = params?.cursor;
    if (server.list !== undefined) server.list(res, id, cursor);
    else respond(res, server.form, page(server, id, Number(cursor ?? 0)));
  });
  const server: ToolServer = Object.assign(upstream, {
    tools,
    form: 'json' as AnswerForm,
    pageSize: Number.POSITIVE_INFINITY,
    list: undefined,
    other: undefined,
    called,
  });
  return server;
}

function page({ tools, pageSize }: ToolServer, id: unknown, from: number): string {
  const to = from + pageSize;
  const next = to < tools.length ? `,"nextCursor":"${to}"` : '';
  return listed(tools.slice(from, to), id, next);
}

/** The source text of the answer with these tools. */
export function listed(tools: readonly string[], id: unknown = 1, more = ''): string {
  return `{"jsonrpc":"2.0","id":${id},"result":{"tools":[${tools.join()}]${more}}}`;
}

/** Answers with a message. */
export function respond(res: ServerResponse, form: AnswerForm, text: string): void {
  if (form === 'json') {
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
    return;
  }
  res.writeHead(200, { 'Content-Type': 'text/event-stream' });
  res.write(': begins\n\n');
  res.end(`event: message\ndata: ${text}\n\n`);
}
