/** Does nothing, where a function is required. */
export function noop(): void {}
