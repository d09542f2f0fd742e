import { NewHeaders } from '../http/new-headers.ts';
import type { UpstreamRequest } from './engine.ts';

/**
 * The same request for an engine, which may keep the headers that it is given, and change them: whoever
 * sends a request a second time keeps its own.
 */
export function withHeadersToKeep(request: UpstreamRequest): UpstreamRequest {
  return { ...request, headers: Object.assign(new NewHeaders(), request.headers) };
}
