/**
 * Matches the name of the member that holds a list of tools, in any case and with the long s, which some
 * readers take for the same name. Also matches an escape of such a letter, with which the name could be
 * written.
 */
const TOOLS = /"tool(?:s|\u00c5\u00bf)"|\\u(?:00[4-7]|017f)/i;

/** The length of the longest match: so much of the bytes before is looked at again. */
const OVERLAP = 8;

/** Looks for a list of tools that some reader may find in bytes that cannot be read as a whole. */
export class ToolsScan {
  #isFound = false;
  #end = '';

  /**
   * Whether there may be a list in the bytes so far. Inside of a text in JSON, the quotes of the name are
   * escaped.
   */
  get isFound(): boolean {
    return this.#isFound;
  }

  push(bytes: Uint8Array): void {
    if (this.#isFound) return;
    // Some readers find out by themselves that a text is in UTF-16 or UTF-32.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      .toString('latin1')
      .replaceAll('\0', '');
    this.#isFound = TOOLS.test(this.#end + text);
    this.#end = (this.#end + text).slice(-OVERLAP);
  }
}
