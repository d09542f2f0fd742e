import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { answering, rawUpstream } from '../support/upstream.ts';

/** Linux tells which timer a TCP socket has: 2 is the one of keep-alive (`proc_net_tcp.txt`). */
const KEEP_ALIVE = '02';
const onLinux = process.platform === 'linux' ? test : test.skip;

const BEGUN = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n';

/** A port may have had a connection before, of which the kernel still keeps the end. */
const ESTABLISHED = '01';

/** The timer of the connection of this process to `port`. */
function timerOfConnectionTo(port: number): string | undefined {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  const open = rows.find((row) => row[2] === remote && row[3] === ESTABLISHED);
  return open?.[5]?.slice(0, 2);
}

onLinux.each(['http-proxy-middleware', 'undici'] as const)(
  'an upstream that is silent is probed by TCP, so that one that is gone is found out: %s',
  async (engine) => {
    const upstream = await rawUpstream(answering(BEGUN));
    const gateway = await startGateway({ target: upstream.target, engine });
    const client = await rawClient(gateway.port);
    client.send(rawRequest({}));
    // What came has acknowledged the request: no other timer runs.
    await client.has(/data: 1/);
    expect(timerOfConnectionTo(Number(new URL(upstream.target).port))).toBe(KEEP_ALIVE);
  },
);
