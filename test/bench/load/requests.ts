/** What a row's requests have beside the message. */
export interface RequestSettings {
  /** Bytes of the body, at least. Default: about 400. */
  readonly size?: number;
  readonly authorization?: string | undefined;
  readonly origin?: string | undefined;
}

const PROTOCOL = '2025-06-18';
/** As source code has it: plain runs of some length, and what JSON escapes between them. */
const LINE = 'const answer = await client.callTool({ name, arguments: { "query": text } });\n';

/** A tool call within a session, as it goes over the wire. */
export function toolCall(port: number, session: string, settings: RequestSettings): Buffer {
  const { size = 0 } = settings;
  const message = (text: string) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'search_issues',
        arguments: { repository: 'example/project', query: 'is:open label:bug', limit: 20, text },
        _meta: { progressToken: 1 },
      },
    });
  const fill = 'Only what was changed in the last week, the newest first, with links. '.repeat(3);
  const lines = LINE.repeat(Math.ceil(Math.max(0, size - 400) / JSON.stringify(LINE).length));
  return post(port, message(fill + lines), settings, [`mcp-session-id: ${session}`]);
}

/** The message that begins a session. */
export function initialize(port: number, settings: RequestSettings): Buffer {
  const params = {
    protocolVersion: PROTOCOL,
    capabilities: {},
    clientInfo: { name: 'bench', version: '1' },
  };
  const message = { jsonrpc: '2.0', id: 0, method: 'initialize', params };
  return post(port, JSON.stringify(message), settings, []);
}

/** What opens an event stream. */
export function get(port: number): Buffer {
  return head('GET', port, {}, ['accept: text/event-stream', 'mcp-session-id: bench-session']);
}

/** The head of a POST whose body has so many bytes, and is sent by the caller. */
export function postHead(port: number, length: number): Buffer {
  return head('POST', port, {}, [...BODY_HEADERS, `content-length: ${length}`]);
}

const BODY_HEADERS = [
  'content-type: application/json',
  'accept: application/json, text/event-stream',
];

function post(port: number, body: string, settings: RequestSettings, lines: string[]): Buffer {
  const bytes = Buffer.from(body);
  const own = [...lines, ...BODY_HEADERS, `content-length: ${bytes.length}`];
  return Buffer.concat([head('POST', port, settings, own), bytes]);
}

function head(
  method: string,
  port: number,
  { authorization, origin }: RequestSettings,
  lines: string[],
): Buffer {
  const all = [
    `${method} /mcp HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'user-agent: bench',
    `mcp-protocol-version: ${PROTOCOL}`,
    ...(authorization === undefined ? [] : [`authorization: ${authorization}`]),
    ...(origin === undefined ? [] : [`origin: ${origin}`]),
    ...lines,
  ];
  return Buffer.from(`${all.join('\r\n')}\r\n\r\n`);
}
