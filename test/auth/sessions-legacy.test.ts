import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { headerOf } from '../support/client/answer.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { sessionGateway } from './support/users.ts';

/** A server of both transports: `/sse` names the session in the URL for messages. */
async function bothTransports() {
  let streams = 0;
  const opened = new Set<ServerResponse>();
  const clients: RawClient[] = [];
  const answers = { status: 202 };
  const upstream = await recordingUpstream((req, res) => {
    if (req.method === 'GET') {
      streams += 1;
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      opened.add(res);
      res.write(`event: endpoint\ndata: /messages?sessionId=sse-${streams}\n\n`);
    } else if (req.headers['mcp-session-id'] === undefined && req.url?.startsWith('/mcp')) {
      res
        .writeHead(200, { 'Mcp-Session-Id': 'mcp-1', 'Content-Type': 'application/json' })
        .end('{}');
    } else {
      res.writeHead(answers.status).end();
    }
  });
  const { port } = new URL(upstream.target as string);
  const gateway = await sessionGateway(`http://127.0.0.1:${port}/mcp`, {
    legacySse: { path: '/sse', messagePath: '/messages' },
  });
  /** Ends all streams; gives when their clients know. */
  const closeStreams = () => {
    for (const res of opened) res.end();
    return Promise.all(clients.map((client) => client.has(/0\r\n\r\n$/)));
  };
  /** It counts its streams from 1 again. */
  const restart = () => {
    streams = 0;
  };
  const messages = () => upstream.seen.filter(({ url }) => url.startsWith('/messages'));
  /** Opens a stream; gives the path to which messages are to be posted. */
  const open = async (user: string): Promise<string> => {
    const client = await rawClient(gateway.port);
    clients.push(client);
    client.send(`GET /sse HTTP/1.1\r\nHost: a\r\nX-User: ${user}\r\n\r\n`);
    const text = await client.has(/data: [^\r\n]+\r?\n/);
    return /data: ([^\r\n]+)/.exec(text)?.[1] ?? text;
  };
  return { upstream, messages, open, closeStreams, restart, answers, ...gateway };
}

describe('on the older transport a session is in the URL for messages, and has its owner', () => {
  test('its owner uses it, nobody else does', async () => {
    const { as, open, messages } = await bothTransports();
    const path = await open('alice');
    expect((await as('alice', undefined, { path })).status).toBe(202);
    const foreign = await as('bob', undefined, { path });
    expect([foreign.status, reasonOf(foreign)]).toEqual([404, 'session_not_found']);
    expect(messages()).toHaveLength(1);
  });

  test.each([
    ['one that nobody has', '/messages?sessionId=sse-3'],
    ['one that is named otherwise', '/messages?sid=sse-1'],
    ['one whose name is encoded', '/messages?session%49d=sse-1'],
    ['one in another case', '/messages?SessionID=sse-1'],
    ['one behind another', '/messages?sessionId=x&sessionId=sse-1'],
    ['one behind one of the newer transport', '/messages?session_id=mcp-1&sessionId=sse-1'],
    ['one behind its own', '/messages?sessionId=sse-2&sessionId=sse-1'],
    ['one in an encoded name behind its own', '/messages?sessionId=sse-2&session%49d=sse-1'],
    ['one before its own', '/messages?sessionId=sse-1&sessionId=sse-2'],
  ])('a stranger with %s gets nothing through', async (_, path) => {
    const { as, open, messages } = await bothTransports();
    await open('alice');
    expect(await open('bob')).toBe('/messages?sessionId=sse-2');
    expect(headerOf(await as('bob'), 'mcp-session-id')).toBe('mcp-1');
    expect((await as('bob', undefined, { path })).status).toBe(404);
    expect(messages()).toEqual([]);
  });

  test('no answer to a message takes it from its owner', async () => {
    const { as, open, answers } = await bothTransports();
    const path = await open('alice');
    answers.status = 404;
    expect((await as('alice', undefined, { path })).status).toBe(404);
    answers.status = 202;
    expect((await as('alice', undefined, { path })).status).toBe(202);
    expect((await as('bob', undefined, { path })).status).toBe(404);
  });

  test('while its stream is open, it is given to nobody else; onError hears why', async () => {
    const { as, open, restart, errors } = await bothTransports();
    const path = await open('alice');
    restart();
    expect(await open('bob')).not.toContain('/messages');
    expect(errors[0]?.reason).toBe('upstream_invalid');
    expect(String(errors[0]?.cause)).toContain('the session id of another user');
    expect((await as('alice', undefined, { path })).status).toBe(202);
  });

  test.each(['its stream has ended', 'a message in it was answered with 404'])(
    'when %s, the upstream may give it to another',
    async (way) => {
      const { as, open, restart, answers, closeStreams } = await bothTransports();
      const path = await open('alice');
      if (way === 'its stream has ended') {
        await closeStreams();
      } else {
        answers.status = 404;
        await as('alice', undefined, { path });
        answers.status = 202;
      }
      restart();
      expect(await open('bob')).toBe(path);
      expect((await as('bob', undefined, { path })).status).toBe(202);
      expect((await as('alice', undefined, { path })).status).toBe(404);
    },
  );
});
