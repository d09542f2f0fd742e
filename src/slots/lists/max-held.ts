/** How many bytes of an answer are held at once: of a whole body, or of one event. */
export const MAX_HELD: number = 4 * 1024 * 1024;
