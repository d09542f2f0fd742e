import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import express from 'express';
import {
  fromKrakend,
  type KrakendGateway,
  type KrakendReadOptions,
} from '../../../src/exports/krakend.ts';
import { serve } from '../../support/servers.ts';

/** A document that runs, on a free port. */
export interface Running extends KrakendGateway {
  readonly port: number;
  ask(asked: Asked): Promise<Answered>;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

export interface Answered {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export const CALL = '{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}';

const MCP = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** Runs a document in an Express app. */
export async function start(
  document: string | object,
  options: KrakendReadOptions = {},
): Promise<Running> {
  const own = fromKrakend(document, options);
  const { port } = await serve(express().use(own.router));
  return {
    ...own,
    port,
    ask: ({
      method = 'POST',
      path = '/mcp',
      headers = {},
      body = method === 'POST' ? CALL : '',
    } = {}) => send(port, { method, path, headers: { ...MCP, ...headers }, body }),
  };
}

/** Sends the headers as they are, those of the connection too. */
export function send(
  port: number,
  { method = 'POST', path, headers, body }: Asked,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { port, host: '127.0.0.1', method, path, headers, agent: false },
      (res) => {
        text(res).then(
          (body) => resolve({ status: res.statusCode, headers: res.headers, body }),
          reject,
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
