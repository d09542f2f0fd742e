import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { fromKrakend, KrakendConfigError } from '../../../src/exports/krakend.ts';
import type { DocumentOptions } from '../support/play/expectations.ts';
import { readOptions } from '../support/play/read-options.ts';
import { DoesNotStart, type RunningGateway } from './krakend.ts';

/**
 * Runs a document in this package.
 *
 * @throws {DoesNotStart} with the problems of the document.
 */
export async function startOwn(
  document: string,
  options: DocumentOptions | undefined,
): Promise<RunningGateway> {
  const { router } = openOrRefuse(document, options);
  const server = createServer(express().disable('x-powered-by').use(router));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function openOrRefuse(document: string, options: DocumentOptions | undefined) {
  try {
    return fromKrakend(document, readOptions(options));
  } catch (error) {
    if (error instanceof KrakendConfigError) throw new DoesNotStart(error.message);
    throw error;
  }
}
