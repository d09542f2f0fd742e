import type { RecordingUpstream } from '../../support/upstream.ts';
import { recordingUpstream } from '../../support/upstream.ts';

/** A server that gives the next of its ids to whoever asks without one, and keeps all it hears. */
export interface SessionServer extends RecordingUpstream {
  /** The ids that it gives, the last one for ever. */
  ids: string[];
  /** With what it answers requests in a session. */
  status: number;
  /** With what it answers an `initialize`. */
  initialStatus: number;
}

export async function sessionServer(...ids: string[]): Promise<SessionServer> {
  const upstream = await recordingUpstream((req, res) => {
    if (req.headers['mcp-session-id'] === undefined) {
      const id = server.ids.length > 1 ? server.ids.shift() : server.ids[0];
      if (id !== undefined) res.setHeader('Mcp-Session-Id', id);
      res.writeHead(server.initialStatus, { 'Content-Type': 'application/json' }).end('{}');
    } else {
      res.writeHead(server.status, { 'Content-Type': 'application/json' }).end('{}');
    }
  });
  const server = Object.assign(upstream, { ids, status: 200, initialStatus: 200 });
  return server;
}
