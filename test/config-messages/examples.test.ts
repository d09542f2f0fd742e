import { createServer as createHttpServer } from 'node:http';
import { expect, test } from '@jest/globals';
import express from 'express';
import { cel } from '../../src/exports/cel.ts';
import { otel } from '../../src/exports/otel.ts';
import { toolPinning } from '../../src/exports/pinning.ts';
import { prometheus } from '../../src/exports/prometheus.ts';
import {
  accessLog,
  clientCredentials,
  createMcpGateway,
  createServer,
  hardenServer,
  protectedResourceMetadata,
  requireAuth,
  tokenExchange,
} from '../../src/index.ts';
import { configErrorOf } from '../support/config-error.ts';

const target = 'https://mcp.example/mcp';
const auth = () => ({ subject: 'ada' });
/** What somebody may write who does not know that an object belongs there. */
const wrong = 7 as never;

test.each<[string, () => unknown]>([
  ['metadata', () => createMcpGateway({ target, metadata: wrong })],
  ['bodyLimit', () => createMcpGateway({ target, bodyLimit: [] as never })],
  ['query', () => createMcpGateway({ target, query: wrong })],
  ['tls', () => createMcpGateway({ target, tls: wrong })],
  ['breaker', () => createMcpGateway({ target: [target, `${target}2`], breaker: wrong })],
  ['health', () => createMcpGateway({ target: [target, `${target}2`], health: wrong })],
  ['legacySse', () => createMcpGateway({ target, legacySse: wrong })],
  ['headers.response', () => createMcpGateway({ target, headers: { response: wrong } })],
  ['timeout.calls[0]', () => createMcpGateway({ target, timeout: { calls: [wrong] } })],
  ['rateLimit.refill', () => createMcpGateway({ target, rateLimit: { burst: 1, refill: wrong } })],
  ['sessions', () => createMcpGateway({ target, auth, sessions: wrong })],
  ['options', () => createMcpGateway({ target }).update({ target }, wrong)],
  ['createServer', () => createServer(express(), wrong)],
  ['hardenServer', () => hardenServer(createHttpServer(), wrong)],
  ['requireAuth', () => requireAuth(auth, wrong)],
  ['protectedResourceMetadata', () => protectedResourceMetadata(wrong)],
  ['clientCredentials', () => clientCredentials(wrong)],
  ['tokenExchange', () => tokenExchange(wrong)],
  ['accessLog', () => accessLog(console, wrong)],
  ['toolPinning', () => toolPinning(wrong)],
  ['cel', () => cel('true', wrong)],
  ['otel', () => otel(wrong)],
  ['prometheus', () => prometheus(wrong)],
])('%s: an object that belongs there is shown', (_what, create) => {
  const messages = configErrorOf(create)?.problems.map(({ message }) => message);
  expect(messages).toEqual([expect.stringMatching(/; expected .*(\{ \w|like )/)]);
});
