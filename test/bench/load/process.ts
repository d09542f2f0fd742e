/** Clients and upstream in one process, which does what the bench asks for: one thing at a time. */
import { crowd, leave } from './aborts.ts';
import { arrivals } from './arrivals.ts';
import { body } from './bodies.ts';
import { hangUp, posts } from './posts.ts';
import { closeStreams, flow, openStreams } from './streams.ts';
import { Upstream } from './upstream.ts';

/** What can be asked for. */
export interface Commands {
  readonly arrivals: typeof arrivals;
  readonly body: typeof body;
  readonly closeStreams: typeof closeStreams;
  readonly crowd: typeof crowd;
  readonly flow: typeof flow;
  readonly hangUp: typeof hangUp;
  readonly leave: typeof leave;
  readonly openStreams: typeof openStreams;
  readonly posts: typeof posts;
}

const COMMANDS: Commands = {
  arrivals,
  body,
  closeStreams,
  crowd,
  flow,
  hangUp,
  leave,
  openStreams,
  posts,
};

const upstream = await Upstream.start();
process.on('message', ({ command, settings }: { command: keyof Commands; settings: never }) => {
  COMMANDS[command](upstream, settings).then(
    (result: unknown) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.stack }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.(upstream.port);
