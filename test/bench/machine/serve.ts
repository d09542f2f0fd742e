import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the bench gave a proxy that it has started. */
export function settingsOf<T>(): T {
  return JSON.parse(process.argv[2] as string);
}

/** Serves on a free port, and tells the bench where, for as long as that is there. */
export function serve(listener: RequestListener): void {
  serveWith(createServer(listener));
}

/** The same with a server that somebody else has made. */
export function serveWith(server: Server): void {
  // A round takes longer than Node would wait for the next one.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1', 4096, () => {
    process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    const { rss, maxRSS } = { rss: process.memoryUsage.rss() / 1024, ...process.resourceUsage() };
    process.send?.({ cpuMicros: user + system, rss, peak: maxRSS });
  });
  process.on('disconnect', () => process.exit());
}
