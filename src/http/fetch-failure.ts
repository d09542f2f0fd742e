import { FetchLimitError } from './bounded-fetch.ts';

/** Why a request failed, in a word of Node's or ours: nothing that was sent or came back is in it. */
export function fetchFailure(error: unknown): string {
  if (error instanceof FetchLimitError) return error.message;
  const { code, cause } = Object(error) as NodeJS.ErrnoException;
  if (cause !== undefined) return fetchFailure(cause);
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : 'the request failed';
}
