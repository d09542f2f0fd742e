import { expect, test } from '@jest/globals';
import express from 'express';
import { fromKrakend, toGatewayConfigs } from '../../src/exports/krakend.ts';
import { headerOf } from '../support/client/answer.ts';
import { send } from '../support/client/send.ts';
import { call } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { startUpstream } from './support/updatable.ts';

test('a gateway of fromKrakend can be updated from another document, and stays in its router', async () => {
  const [one, two] = [await startUpstream('one'), await startUpstream('two')];
  const documentOf = (port: number) => ({
    version: 3,
    endpoints: [
      {
        endpoint: '/mcp',
        method: 'POST',
        output_encoding: 'no-op',
        backend: [{ url_pattern: '/mcp', host: [`http://127.0.0.1:${port}`] }],
      },
    ],
  });
  const { router, gateways } = fromKrakend(documentOf(one.port));
  const { port } = await serve(express().use(router));
  const upstream = async () => headerOf(await send(port, { body: call('x') }), 'X-Upstream');
  expect(await upstream()).toBe('one');
  const [{ config } = { config: undefined }] = toGatewayConfigs(documentOf(two.port));
  gateways[0]?.gateway.update(config as NonNullable<typeof config>);
  expect(await upstream()).toBe('two');
});
