import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { rawClient } from './support/client/raw.ts';
import { startGateway } from './support/gateway.ts';
import { recordingUpstream } from './support/upstream.ts';

test('a client that leaves while a slot is still deciding is neither answered nor forwarded', async () => {
  const upstream = await recordingUpstream();
  const decisions: (() => void)[] = [];
  const { port, errors } = await startGateway(
    {
      target: upstream.target,
      headers: {
        set: {
          'X-Late': () =>
            new Promise((resolve, reject) => {
              decisions.push(
                () => resolve('1'),
                () => reject(new Error('late')),
              );
            }),
        },
      },
    },
    (app) => {
      app.use((_req, res, next) => {
        res.on('close', () => app.emit('client left'));
        next();
      });
      left = () => once(app, 'client left');
    },
  );
  for (const outcome of [0, 1]) {
    const client = await rawClient(port);
    client.send('POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}');
    while (decisions.length === 0) await new Promise(setImmediate);
    const gone = left();
    client.socket.destroy();
    await gone;
    decisions.splice(0)[outcome]?.();
  }
  const after = await fetch(`http://127.0.0.1:${port}/other`);
  expect(after.status).toBe(404);
  expect(errors).toEqual([]);
  expect(upstream.seen).toEqual([]);
});

let left: () => Promise<unknown>;
