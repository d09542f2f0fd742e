import { describe, expect, test } from '@jest/globals';
import type { VersionNegotiationMode } from '@modelcontextprotocol/client';
import { inputRequired, inputResponse, McpServer } from '@modelcontextprotocol/server';
import express from 'express';
import { createUpstream } from '../../examples/demo/upstream.ts';
import { callTool, connect, serverWith } from '../support/mcp.ts';
import { serve } from '../support/servers.ts';
import { startRig } from './rig.ts';

const MODERN: VersionNegotiationMode = { pin: '2026-07-28' };

/** Three official servers of both eras behind a gateway, each with a tool that says which it is. */
async function threeServers(tool: (name: string) => McpServer = whoami) {
  const servers = [];
  for (const name of ['first', 'second', 'third']) {
    const upstream = createUpstream(() => tool(name));
    const seen: string[] = [];
    const { port } = await serve(
      express().use((req, res) => {
        seen.push(`${req.method} ${req.get('mcp-session-id') ?? 'no session'}`);
        upstream.app(req, res);
      }),
    );
    servers.push({
      name,
      seen,
      announce: upstream.announceTools,
      url: `http://127.0.0.1:${port}/mcp`,
    });
  }
  const rig = await startRig(servers);
  return { ...rig, servers, url: `http://127.0.0.1:${rig.port}/mcp` };
}

const whoami = (name: string) => serverWith('whoami', async () => name);

/** Asks the user one thing: in a session by a request of its own, else by the result of a first call. */
function asker(name: string): McpServer {
  const server = new McpServer({ name: 'test', version: '1.0.0' });
  server.registerTool('ask', {}, ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, 'who');
    if (answer.kind !== 'elicit') {
      const requestedSchema = {
        type: 'object',
        properties: { reply: { type: 'string' } },
      } as const;
      return inputRequired({
        inputRequests: { who: inputRequired.elicit({ message: 'Who?', requestedSchema }) },
      });
    }
    return { content: [{ type: 'text', text: `${name}: Who? ${answer.content?.reply}` }] };
  });
  return server;
}

describe('official clients before three official servers', () => {
  test('without sessions: each call goes to any of them', async () => {
    const { url, servers, errors } = await threeServers();
    const { client } = await connect(url, MODERN);
    expect(client.getProtocolEra()).toBe('modern');
    const names = new Set<string | undefined>();
    // Each is left out by 60 calls once in ten billion runs.
    for (let i = 0; i < 60; i++) names.add(await callTool(client, 'whoami'));
    expect(names).toEqual(new Set(['first', 'second', 'third']));
    const heard = servers.flatMap(({ seen }) => seen);
    expect(new Set(heard)).toEqual(new Set(['POST no session']));
    expect(errors).toEqual([]);
  });

  test('without sessions: a client listens at one of them, and hears of changes there', async () => {
    const { url, servers, gateway, errors } = await threeServers();
    let changes = 0;
    const changed = Promise.withResolvers<void>();
    const onChanged = () => {
      changes += 1;
      changed.resolve();
    };
    const listChanged = { tools: { autoRefresh: false, debounceMs: 0, onChanged } };
    const { client } = await connect(url, MODERN, {}, { listChanged });
    expect(
      gateway
        .targets()
        .map(({ streams }) => streams)
        .toSorted(),
    ).toEqual([0, 0, 1]);
    for (const { announce } of servers) announce();
    await changed.promise;
    // It is where the stream is; calls go on at the others.
    for (let i = 0; i < 5; i++) expect(await callTool(client, 'whoami')).toMatch(/^\w+$/);
    expect(changes).toBe(1);
    expect(errors).toEqual([]);
  });

  test('with sessions: calls, the stream and DELETE of each stay at one of them', async () => {
    const { url, servers, errors } = await threeServers();
    const clients = [];
    for (let i = 0; i < 6; i++) clients.push(await connect(url, 'legacy'));
    for (const { client, transport, answered } of clients) {
      await answered('GET');
      const name = await callTool(client, 'whoami');
      for (let i = 0; i < 3; i++) expect(await callTool(client, 'whoami')).toBe(name);
      const session = transport.sessionId as string;
      await transport.terminateSession();
      for (const server of servers) {
        const own = server.seen.filter((one) => one.endsWith(session));
        const methods = new Set(own.map((one) => one.split(' ')[0]));
        expect(methods).toEqual(new Set(server.name === name ? ['DELETE', 'GET', 'POST'] : []));
      }
    }
    expect(errors).toEqual([]);
  });

  test.each<[string, VersionNegotiationMode]>([
    ['without sessions', MODERN],
    ['with sessions', 'legacy'],
  ])('%s: the answer to a question of the server comes back to it', async (_, mode) => {
    const { url, errors } = await threeServers(asker);
    const { client } = await connect(url, mode, {}, { capabilities: { elicitation: {} } });
    client.setRequestHandler('elicitation/create', ({ params }) => ({
      action: 'accept',
      content: { reply: params.message === 'Who?' ? 'Ada' : '' },
    }));
    for (let i = 0; i < 6; i++) {
      expect(await callTool(client, 'ask')).toMatch(/^(first|second|third): Who\? Ada$/);
    }
    expect(errors).toEqual([]);
  });
});
