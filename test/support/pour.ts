import type { Writable } from 'node:stream';

const BLOCK = Buffer.alloc(64 * 1024, 'x');

export interface Pour {
  /** Bytes that were taken so far. If `to` is a socket or writes to one, the kernel took them. */
  readonly taken: number;
  /** Resolves with true when all bytes are written, with false when the connection is closed. */
  readonly done: Promise<boolean>;
}

/** Writes `total` bytes as fast as `to` takes them, never more than one block ahead. */
export function pour(to: Writable, total: number): Pour {
  const { promise: done, resolve } = Promise.withResolvers<boolean>();
  const state = { taken: 0, done };
  const next = () => {
    if (state.taken >= total) resolve(true);
    else if (to.writable) to.write(BLOCK, onTaken);
    else resolve(false);
  };
  const onTaken = (error?: Error | null) => {
    if (error) return resolve(false);
    state.taken += BLOCK.length;
    next();
  };
  to.on('close', () => resolve(false));
  next();
  return state;
}

/** Waits until no byte was taken for a hundred turns of the event loop. */
export async function stuck(poured: Pour): Promise<void> {
  for (let before = -1; before !== poured.taken; ) {
    before = poured.taken;
    for (let i = 0; i < 100; i++) await new Promise(setImmediate);
  }
}
