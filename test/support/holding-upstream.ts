import type { ServerResponse } from 'node:http';
import { type RecordingUpstream, recordingUpstream } from './upstream.ts';

export interface HoldingUpstream extends RecordingUpstream {
  /** Waits for the request with this `Mcp-Name`; gives the response object for its answer. */
  request(name: string): Promise<ServerResponse>;
}

/** An upstream that holds every request, by its `Mcp-Name`, until the test answers it. */
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
