import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import express from 'express';
import { apiKey, type GatewayConfig, mcpProxy } from '../../src/index.ts';
import { headerOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { serve } from '../support/servers.ts';
import { type Pair, startRig } from './rig.ts';
import {
  beginSession,
  fromWhom,
  INITIALIZE,
  instances,
  JSON_TYPE,
  sessionClient,
} from './support.ts';

const sha256 = createHash('sha256').update('of ada').digest('hex');

const ACCESSES: [string, Partial<GatewayConfig>, Record<string, string>][] = [
  ['without auth', {}, {}],
  [
    'for one user',
    { auth: apiKey({ keys: [{ sha256, subject: 'ada' }] }) },
    { 'X-Api-Key': 'of ada' },
  ],
];

test.each(ACCESSES)(
  'targets that give the same session id mix no sessions, %s',
  async (_, config, headers) => {
    const all = (await instances(2)) as Pair;
    for (const instance of all) {
      instance.answering = (_req, res, body) => {
        res.writeHead(200, { ...JSON_TYPE, 'Mcp-Session-Id': '1' }).end(instance.result(body));
      };
    }
    const { port, errors } = await startRig(all, {
      ...config,
      balance: ({ headers: own }) => String(own['x-key']),
    });
    const first = await send(port, { body: INITIALIZE, headers });
    const home = fromWhom(first);
    const [owner, other] = home === all[0].name ? all : [all[1], all[0]];
    // The other gives the id that lives elsewhere: its client is refused, and gets no session.
    for (let i = 0; other.seen.length === 0; i++) {
      const answer = await send(port, {
        body: INITIALIZE,
        headers: { ...headers, 'X-Key': `${i}` },
      });
      if (other.seen.length === 0) continue;
      expect([answer.status, reasonOf(answer)]).toEqual([502, 'upstream_invalid']);
      expect(headerOf(answer, 'Mcp-Session-Id')).toBeUndefined();
    }
    expect(errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
    expect(String(errors[0]?.cause)).toContain('target');
    for (let i = 0; i < 8; i++) {
      const session = sessionClient(port, '1', home, { ...headers, 'X-Key': `${i}` });
      expect(fromWhom(await session.send())).toBe(owner.name);
    }
    expect(other.seen).toEqual(['POST initialize']);
  },
);

test('mcpProxy keeps sessions at their targets as well', async () => {
  const all = await instances(2);
  const { port } = await serve(
    express().use('/mcp', mcpProxy({ target: all.map(({ url }) => url) })),
  );
  for (let i = 0; i < 6; i++) {
    const session = await beginSession(port);
    expect(fromWhom(await session.send())).toBe(session.home);
    (await session.stream()).socket.destroy();
    expect((await session.send({ method: 'DELETE' })).status).toBe(204);
  }
  const unknown = await send(port, { headers: { 'Mcp-Session-Id': 'unknown' } });
  expect([unknown.status, reasonOf(unknown)]).toEqual([404, 'session_not_found']);
  for (const { seen } of all) {
    const begun = seen.filter((one) => one === 'POST initialize').length;
    expect(seen.filter((one) => one === 'DELETE')).toHaveLength(begun);
  }
});
