/** What is held of an answer at once: a whole body, or one event. */
export const MAX_HELD: number = 4 * 1024 * 1024;
