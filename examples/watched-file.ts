import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import express from 'express';
import { allowTools, createMcpGateway, type GatewayConfig } from 'express-mcp-gateway';

const { CONFIG_FILE = './gateway.json', PORT = 3000 } = process.env;

/** The file sets some options. All others are set here. */
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

let watcher: FSWatcher | undefined;
let timer: NodeJS.Timeout | undefined;

function look(): void {
  // Watches the directory: editors replace the file, and Kubernetes replaces a link to its directory.
  // The watch is made anew each time, because the directory may have been replaced too.
  watcher?.close();
  try {
    watcher = watch(dirname(CONFIG_FILE), () => lookIn(100)).on('error', () => lookIn(1000));
    apply();
  } catch {
    // The directory does not exist at the moment.
    lookIn(1000);
  }
}

/** Waits first: the program that writes the file may not be done. */
function lookIn(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(look, ms);
}

look();
