import { readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import express from 'express';
import { allowTools, createMcpGateway, type GatewayConfig } from 'express-mcp-gateway';

const { CONFIG_FILE = './gateway.json', PORT = 3000 } = process.env;

/** What the file may say; all else is here. */
function configFrom(text: string): GatewayConfig {
  const { target, tools, limit } = JSON.parse(text);
  return {
    target,
    policies: allowTools(...tools),
    rateLimit: { name: 'calls', limit, window: '1m' },
  };
}

let seen = readFileSync(CONFIG_FILE, 'utf8');
const gateway = createMcpGateway(configFrom(seen));
express().use(gateway).listen(PORT);

function apply(): void {
  try {
    const text = readFileSync(CONFIG_FILE, 'utf8');
    if (text === seen) return;
    seen = text;
    gateway.update(configFrom(text));
    console.log(`${CONFIG_FILE} holds from now on, as configuration ${gateway.stats().config}`);
  } catch (error) {
    console.error(`${CONFIG_FILE} is not applied, what ran before runs on:`, error);
  }
}

// Not the file: editors put another one in its place, and Kubernetes another link to its directory.
let settled: NodeJS.Timeout | undefined;
watch(dirname(CONFIG_FILE), () => {
  clearTimeout(settled);
  settled = setTimeout(apply, 100);
});
