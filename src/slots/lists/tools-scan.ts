/**
 * The name of the member that holds a list of tools, in the case of letters and with the long s that some
 * readers take for it; or an escape of such a letter, by which it could be written.
 */
const TOOLS = /"tool(?:s|\u00c5\u00bf)"|\\u(?:00[4-7]|017f)/i;

/** The longest text that it matches, without its last character. */
const OVERLAP = 8;

/** Looks in bytes that cannot be read as a whole for a list of tools that some reader may find in them. */
export class ToolsScan {
  #isFound = false;
  #end = '';

  /** Whether there may be one in what has come. Within a text in JSON the name has other quotes. */
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
