/** What a slot needs read of the body: what the message is about, or its arguments as well. */
export type BodyNeed = 'message' | 'arguments';

/** What satisfies all of them; undefined where nothing is needed. */
export function mostOf(needs: readonly (BodyNeed | undefined)[]): BodyNeed | undefined {
  return needs.includes('arguments') ? 'arguments' : needs.find((need) => need !== undefined);
}
