import type { ToolDefinition } from './tool-definition.ts';

/** A definition that was approved. */
export interface Pin {
  readonly hash: string;
  readonly approvedAt: Date;
  /** Undefined where only its hash is known. */
  readonly definition: ToolDefinition | undefined;
}

/** The pin of a definition that is approved now. */
export function pinOf(definition: ToolDefinition): Pin {
  return { hash: definition.hash, approvedAt: new Date(), definition };
}
