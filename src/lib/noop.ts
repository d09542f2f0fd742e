/** For what has to be called, and has nothing to do. */
export function noop(): void {}
