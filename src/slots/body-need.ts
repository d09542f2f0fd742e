/** How much of the body a slot needs to be read: what the message is about, or its arguments as well. */
export type BodyNeed = 'message' | 'arguments';

/** The need that satisfies all of them; undefined where nothing is needed. */
export function mostOf(needs: readonly (BodyNeed | undefined)[]): BodyNeed | undefined {
  return needs.includes('arguments') ? 'arguments' : needs.find((need) => need !== undefined);
}
