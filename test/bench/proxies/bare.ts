// What one writes who needs a relay and no library: node:http, pipes, a pool of connections, no checks.
import { Agent, request } from 'node:http';
import { serve, settingsOf } from '../machine/serve.ts';

const { upstream } = settingsOf<{ upstream: string }>();
const { hostname, port, pathname } = new URL(upstream);
const agent = new Agent({ keepAlive: true });

serve((req, res) => {
  const { method = 'GET', headers } = req;
  const sent = request({ agent, hostname, port, path: pathname, method, headers });
  sent.on('response', (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    // Otherwise the head waits for the first event.
    if (answer.headers['content-type'] === 'text/event-stream') res.flushHeaders();
    answer.on('error', () => res.destroy());
    answer.pipe(res);
  });
  sent.on('error', () => {
    if (res.headersSent) res.destroy();
    else res.writeHead(502).end();
  });
  res.on('close', () => sent.destroy());
  req.pipe(sent);
});
