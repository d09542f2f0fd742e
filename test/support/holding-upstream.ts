import type { ServerResponse } from 'node:http';
import { type RecordingUpstream, recordingUpstream } from './upstream.ts';

export interface HoldingUpstream extends RecordingUpstream {
  /** The answer to the request with this `Mcp-Name`, as soon as that is there. */
  request(name: string): Promise<ServerResponse>;
}

/** An upstream that holds every request, by its `Mcp-Name`, until it is told to answer. */
export async function holdingUpstream(): Promise<HoldingUpstream> {
  const held = new Map<string, PromiseWithResolvers<ServerResponse>>();
  const slot = (name: string) => {
    const existing = held.get(name) ?? Promise.withResolvers<ServerResponse>();
    held.set(name, existing);
    return existing;
  };
  const upstream = await recordingUpstream((req, res) => {
    slot(String(req.headers['mcp-name'])).resolve(res);
  });
  return { ...upstream, request: (name) => slot(name).promise };
}
