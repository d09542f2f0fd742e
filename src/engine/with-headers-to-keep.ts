import { NewHeaders } from '../http/new-headers.ts';
import type { UpstreamRequest } from './engine.ts';

/**
 * The same request with a copy of its headers. The engine that gets it may keep and change them; an engine
 * that sends a request a second time needs its own.
 */
export function withHeadersToKeep(request: UpstreamRequest): UpstreamRequest {
  return { ...request, headers: Object.assign(new NewHeaders(), request.headers) };
}
