import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from '@jest/globals';
import type { KrakendGateway } from '../../../src/exports/krakend.ts';
import { recordingUpstream, type SeenRequest } from '../../support/upstream.ts';
import { BACKEND_EXTRA, base, ENDPOINT, withValue } from './base.ts';
import { type Answered, type Asked, start } from './start.ts';

export const REQUEST = { scope: ['request'] } as const;
export const RESPONSE = { scope: ['response'] } as const;

/** Sets a header of requests. */
export const set = (name: string, value: string): object => ({
  'header.Modifier': { ...REQUEST, name, value },
});

/** Sets a header of answers. */
export const setInAnswer = (name: string, value: string): object => ({
  'header.Modifier': { ...RESPONSE, name, value },
});

/** One after another. */
export const group = (...modifiers: readonly object[]): object => ({ 'fifo.Group': { modifiers } });

/** A document with a tree of modifiers, in which these headers of clients go upstream. */
export function documentWith(
  modifier: object,
  host = 'http://127.0.0.1:9999',
  headers: readonly string[] = ['X-A', 'X-B'],
): object {
  const listed = withValue(base(host), [...ENDPOINT, 'input_headers'], headers);
  return withValue(listed, [...BACKEND_EXTRA, 'modifier/martian'], modifier);
}

/** What came of one request. */
export interface Relayed extends Partial<SeenRequest> {
  readonly answer: Answered;
  readonly own: KrakendGateway;
}

/** Sends one request through a tree of modifiers. */
export async function relayed(
  modifier: object,
  asked: Asked & { readonly listed?: readonly string[]; readonly status?: number } = {},
  answer?: (req: IncomingMessage, res: ServerResponse) => void,
  change: (document: object) => object = (own) => own,
): Promise<Relayed> {
  const upstream = await recordingUpstream(answer);
  const { listed, status = 200, ...rest } = asked;
  const own = await start(change(documentWith(modifier, `http://${upstream.host}`, listed)));
  const answered = await own.ask(rest);
  expect(answered.status).toBe(status);
  return { ...upstream.seen[0], answer: answered, own };
}

/** Answers with these headers. */
export function answeringWith(
  headers: Readonly<Record<string, string | readonly string[]>>,
): (req: IncomingMessage, res: ServerResponse) => void {
  return (_req, res) => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    res.setHeader('Content-Type', 'application/json');
    res.end('{"jsonrpc":"2.0","id":2,"result":{}}');
  };
}
