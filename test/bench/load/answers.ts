import type { Reader } from './caller.ts';

const LAST_CHUNK = '\r\n0\r\n\r\n';
const HEAD_END = '\r\n\r\n';

/** The text of a whole answer, for whoever has time. */
export function reading(whole: (text: string) => void): Reader {
  let text = '';
  return (chunk) => {
    text += chunk.toString('latin1');
    const head = text.indexOf(HEAD_END);
    if (head < 0) return false;
    const length = /^content-length: *(\d+)/im.exec(text)?.[1];
    const isOver =
      length === undefined ? text.endsWith(LAST_CHUNK) : text.length >= head + 4 + Number(length);
    if (isOver) whole(text);
    return isOver;
  };
}

/**
 * Takes answers that are like `sample`: begins with its status, ends as it does. Which answer it is was
 * looked at once; each further one is told by its first and last bytes.
 */
export function like(sample: string): () => Reader {
  const status = sample.slice(9, 12);
  const end = Buffer.from(sample.slice(-24), 'latin1');
  return () => {
    let isFirst = true;
    let before: Buffer | undefined;
    return (chunk) => {
      if (isFirst) {
        isFirst = false;
        if (chunk.toString('latin1', 9, 12) !== status)
          throw new Error(chunk.toString('latin1', 0, 400));
      }
      const tail = before === undefined ? chunk : Buffer.concat([before, chunk]);
      if (
        tail.length >= end.length &&
        tail.compare(end, 0, end.length, tail.length - end.length) === 0
      )
        return true;
      before = Buffer.from(tail.subarray(-end.length));
      return false;
    };
  };
}
