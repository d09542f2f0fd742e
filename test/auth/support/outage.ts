/**
 * Asks about a token while its key server goes down, in a process of its own, for what would end one
 * or keep it from ending. Prints what came of it.
 */
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkConfig } from '../../../src/options/config-problems.ts';
import { readJwtOptions } from '../../../src/slots/auth/jwt/options.ts';
import { jwtScheme } from '../../../src/slots/auth/jwt/scheme.ts';

process.on('unhandledRejection', (error) => process.stdout.write(`unhandled: ${error}\n`));

const [jwksUri = '', issuer = '', token = ''] = process.argv.slice(2);
let now = Date.now();
const settings = checkConfig('test', (problems) =>
  readJwtOptions(problems, { issuer, jwksUri, audience: 'test' }),
);
const clock = { now: Date.now, monotonic: () => now, keysTimeoutMs: 60_000 };
const scheme = jwtScheme(settings, clock);

const server = createServer(async (req, res) => {
  const { outcome } = await scheme.identify(req, res);
  res.setHeader('Connection', 'close').end(outcome);
}).listen(0, '127.0.0.1', async () => {
  for (const path of ['/', '/down', '/down', '/down']) {
    process.stdout.write(`${await outcomeOf(path)}\n`);
    now += 15 * 60_000;
  }
  server.close();
});

function outcomeOf(path: string): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, headers, agent: false }, (res: IncomingMessage) => {
      res.once('data', (bytes) => resolve(String(bytes)));
    }).once('error', reject);
  });
}
