import type { ServerResponse } from 'node:http';

/** Told what is written to an answer, whoever writes it. */
export interface AnswerWatcher {
  /**
   * Its head is written, with these fields, by lower-case name. `isEncoded`: its bytes are, as they come
   * here. What `compression()` in front makes of them later is not seen.
   */
  onHead(fields: Readonly<Record<string, unknown>>, isEncoded: boolean): void;
  /** Bytes of its body are. */
  onBytes(bytes: Uint8Array): void;
}

/**
 * Follows an answer without changing it. Node ends every way to write a head in `writeHead`, and
 * every way to write a body in `write` or `end`.
 */
export function watchAnswer(res: ServerResponse, watcher: AnswerWatcher): void {
  const { writeHead, write, end } = res;
  // Not assigned where they are written: V8 puts a function that is assigned to a property as a literal
  // among the old objects, and with it the request, which would outlive its garbage collections.
  const watchedWriteHead = (...args: unknown[]) => {
    const given = fieldsOf(args.at(-1));
    const coding = String(given['content-encoding'] ?? res.getHeader('content-encoding') ?? '');
    const result = Reflect.apply(writeHead, res, args);
    watcher.onHead({ ...res.getHeaders(), ...given }, !/^(identity)?$/i.test(coding));
    return result;
  };
  const watchedWrite = (...args: unknown[]) => {
    const result = Reflect.apply(write, res, args);
    tell(args);
    return result;
  };
  const watchedEnd = (...args: unknown[]) => {
    const result = Reflect.apply(end, res, args);
    tell(args);
    return result;
  };
  Object.assign(res, { writeHead: watchedWriteHead, write: watchedWrite, end: watchedEnd });

  function tell([chunk, encoding]: unknown[]): void {
    // To HEAD, and with 204 and 304, Node sends no body.
    if (res.req.method === 'HEAD' || res.statusCode === 204 || res.statusCode === 304) return;
    if (chunk instanceof Uint8Array) watcher.onBytes(chunk);
    else if (typeof chunk === 'string') watcher.onBytes(Buffer.from(chunk, encodingOf(encoding)));
  }
}

/** Of what `writeHead` is given: where nothing was set before, Node sends it without keeping it. */
function fieldsOf(given: unknown): Record<string, unknown> {
  if (typeof given !== 'object' || given === null) return {};
  const flat: unknown[] = Array.isArray(given) ? given.flat() : Object.entries(given).flat();
  const fields: Record<string, unknown> = {};
  for (let i = 0; i < flat.length; i += 2) fields[String(flat[i]).toLowerCase()] = flat[i + 1];
  return fields;
}

function encodingOf(encoding: unknown): BufferEncoding {
  return Buffer.isEncoding(encoding as string) ? (encoding as BufferEncoding) : 'utf8';
}
