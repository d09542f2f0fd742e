/** Runs `work` with a signal that is aborted, for `reason`, once it has taken longer than `ms`. */
export async function timeLimited<T>(
  ms: number,
  reason: Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reason), ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
