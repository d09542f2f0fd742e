/**
 * Marks an observer for which the arguments of tools are kept, in `Observation.toolCalls`, until the request is over.
 */
export const SEES_ARGUMENTS: unique symbol = Symbol('sees arguments');
