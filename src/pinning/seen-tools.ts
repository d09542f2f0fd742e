import type { ToolDefinition } from './tool-definition.ts';

/** How many tools of one list are remembered, beside those that were approved. */
const MOST_TOOLS = 20_000;

/** How long the texts of their definitions may be together; of further ones, only hashes are kept. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** The longest name that is remembered. */
const LONGEST_NAME = 1_024;

/** The tools of one list as they were seen last. A server can make up any number. */
export class SeenTools {
  readonly #tools = new Map<string, Kept>();
  readonly #isApproved: (name: string) => boolean;
  #characters = 0;
  #isFull = false;

  /** @param isApproved - Tells which tools are always remembered: for them the last definition decides. */
  constructor(isApproved: (name: string) => boolean) {
    this.#isApproved = isApproved;
  }

  /** Whether there were more tools than are remembered: one that is not among them may have been seen. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get names(): string[] {
    return [...this.#tools.keys()];
  }

  get(name: string): ToolDefinition | undefined {
    return this.#tools.get(name)?.definition;
  }

  /** @param length - The length of its source text; 0 where only the hash is there. */
  set(name: string, definition: ToolDefinition, length: number = 0): void {
    this.delete(name);
    const isTooMuch = this.#tools.size >= MOST_TOOLS || name.length > LONGEST_NAME;
    if (isTooMuch && !this.#isApproved(name)) {
      this.#isFull = true;
      return;
    }
    const fits = this.#characters + length <= MOST_CHARACTERS;
    const kept = fits ? definition : { ...definition, fields: undefined, source: undefined };
    this.#tools.set(name, { definition: kept, length: fits ? length : 0 });
    this.#characters += fits ? length : 0;
  }

  delete(name: string): void {
    this.#characters -= this.#tools.get(name)?.length ?? 0;
    this.#tools.delete(name);
  }

  clear(): void {
    this.#tools.clear();
    this.#characters = 0;
  }
}

interface Kept {
  readonly definition: ToolDefinition;
  readonly length: number;
}
