import { describe, expect, test } from '@jest/globals';
import express, { type Request } from 'express';
import { createMcpGateway } from '../../src/index.ts';
import { exchange } from '../support/client/raw.ts';
import { requestBytes } from '../support/client/request.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

/** Where it is mounted, and its option `path`. */
const MOUNTS = {
  'an app': { mounts: ['/'], path: '/mcp' },
  'a path': { mounts: ['/api'], path: '/mcp' },
  'its own path': { mounts: ['/api/mcp'], path: '/' },
  'a parameter': { mounts: ['/:team'], path: '/mcp' },
  'a router in a router': { mounts: ['/a', '/b'], path: '/mcp' },
  'a router with an empty part': { mounts: ['/a/', '/b'], path: '/a/mcp' },
} as const;

const URLS = [
  ...['/mcp', '/mcp/', '/mcp?', '/mcp?a=1#b', '/mcp#a', '/mcp//', '//mcp', '/MCP', '/%6dcp'],
  ...['/api/mcp', '/API/mcp', '/api/mcp/?a=/mcp', '/api/mcp//', '//api/mcp', '/api//mcp'],
  ...['/bl%20ue/mcp', '/bl%2fue/mcp', '/api/mcp/mcp', '/a/b/mcp', '/a/b/mcp/', '/a/b/a/mcp'],
  ...['http://gateway/mcp', 'HTTP://gateway/api/mcp?a=1', 'http://ada@gateway/a/b/mcp', '/mcp\\'],
];

describe('a URL that leads to the gateway is explained, and functions see it as it came', () => {
  test.each(Object.entries(MOUNTS))('on %s', async (_, { mounts, path }) => {
    const seen: object[] = [];
    const gateway = createMcpGateway({
      path,
      target: (await recordingUpstream()).target,
      policies({ req }) {
        const { url, baseUrl, originalUrl, path, query } = req as Request;
        seen.push({ url, baseUrl, originalUrl, path, query: { ...query } });
        return true;
      },
    });
    const mounted = mounts.reduceRight(
      (inner, mount) => express.Router().use(mount, inner),
      gateway as express.Router,
    );
    const { port } = await serve(express().use(mounted));
    let served = 0;
    for (const url of URLS) {
      await exchange(port, requestBytes({ path: url }));
      const [asSent] = seen.splice(0);
      if (asSent === undefined) continue;
      served += 1;
      const message = { jsonrpc: '2.0', id: 1, method: 'ping' };
      expect(await gateway.explain({ url, message })).toMatchObject({ reason: 'relayed' });
      expect(seen.splice(0)).toEqual([asSent]);
    }
    expect(served).toBeGreaterThan(0);
  });

  test.each(['/m cp', '/mcp?a=é', '/mcp\t', ''])('what cannot be sent is none: %j', async (url) => {
    const gateway = createMcpGateway({ target: 'http://upstream.invalid/mcp' });
    const refused = gateway.explain({ url });
    await expect(refused).rejects.toThrow('`request.url` is a text as it would be sent');
  });
});
