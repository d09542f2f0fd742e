import { createServer } from 'node:http';
import { createUpstream } from '../../../examples/demo/upstream.ts';
import { SessionEvents } from '../../support/session-events.ts';
import { createWaitingSurface } from './waiting-surface.ts';

/** Both eras on the official SDK. */
const upstream = createUpstream(
  () => createWaitingSurface(() => upstream.announceTools()),
  () => ({ eventStore: new SessionEvents(), retryInterval: 50 }),
);

createServer(upstream.app).listen(Number(process.env.PORT), '127.0.0.1');
