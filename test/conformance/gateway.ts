import express from 'express';
import { createMcpGateway, type GatewayConfig } from '../../src/index.ts';
import { chosenEngine } from './engine.ts';
import { type Listening, listen } from './listen.ts';

const LOCAL_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/** A gateway in front of `target`, for callers on this machine only, as the suite requires it of a server. */
export function startGateway(
  target: string,
  config: (url: string) => Partial<GatewayConfig> = () => ({}),
): Promise<Listening> {
  return listen((port) => {
    const origin = LOCAL_HOSTS.map((host) => `http://${host}:${port}`);
    const own = config(`http://127.0.0.1:${port}/mcp`);
    const gateway = createMcpGateway({
      target,
      hosts: LOCAL_HOSTS,
      cors: { origin },
      ...chosenEngine(),
      ...own,
    });
    return express().use(gateway);
  });
}
