import type { IncomingMessage, ServerResponse } from 'node:http';
import { forbidSniffing } from '../http/forbid-sniffing.ts';
import type { MetricsRegistry } from './metrics-registry.ts';

const TEXT = 'text/plain; charset=utf-8';

/**
 * Serves the metrics of a registry.
 *
 * @param onFailure - Told the error where collecting fails. Clients are not told it.
 */
export function metricsHandler(
  registry: MetricsRegistry,
  onFailure: (error: unknown) => void,
): (req: IncomingMessage, res: ServerResponse) => void {
  return function serveMetrics(req, res) {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      answer(res, 405, TEXT, 'Only GET and HEAD are possible here\n', { Allow: 'GET, HEAD' });
      return;
    }
    // Async, so that it also rejects where it would throw.
    const collect = async () => registry.metrics();
    collect()
      .then((text) => answer(res, 200, registry.contentType, text))
      .catch((error: unknown) => {
        onFailure(error);
        answer(res, 500, TEXT, 'The metrics could not be collected\n');
      });
  };
}

function answer(
  res: ServerResponse,
  status: number,
  type: string,
  text: string,
  more: Readonly<Record<string, string>> = {},
): void {
  // The app may have answered meanwhile.
  if (res.headersSent || res.closed) return;
  forbidSniffing(res);
  const length = Buffer.byteLength(text);
  const headers = { 'Content-Type': type, 'Content-Length': length, 'Cache-Control': 'no-store' };
  res.writeHead(status, { ...headers, ...more }).end(text);
}
