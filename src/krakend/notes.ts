/** What is said about one place of a document. */
export interface KrakendNote {
  /** Where it stands: `endpoints[0].extra_config["auth/validator"].roles`; empty for the document as a whole. */
  readonly path: string;
  /** What KrakenD does at this place, where that matters, and what to do. */
  readonly message: string;
}

/**
 * Collects the mistakes in a document, and what works in another way than in KrakenD. An instance is for one
 * place of the document, so that the code that reads a value need not know where it stands.
 */
export class Notes {
  readonly #problems: KrakendNote[];
  readonly #warnings: KrakendNote[];
  /** The path of its place. */
  readonly path: string;

  constructor(problems: KrakendNote[], warnings: KrakendNote[], path = '') {
    this.#problems = problems;
    this.#warnings = warnings;
    this.path = path;
  }

  /** Notes for a place one step further: at a member of an object, or at an item of a list. */
  at(key: string | number): Notes {
    return new Notes(this.#problems, this.#warnings, join(this.path, key));
  }

  /**
   * Notes a reason not to start. The same message is noted once for a place, even where it is about several
   * gateways.
   */
  refuse(message: string): void {
    addTo(this.#problems, { path: this.path, message });
  }

  /** Notes what works in another way than in KrakenD. The same message is noted once for a place. */
  warn(message: string): void {
    addTo(this.#warnings, { path: this.path, message });
  }
}

function addTo(notes: KrakendNote[], { path, message }: KrakendNote): void {
  const isKnown = notes.some((own) => own.path === path && own.message === message);
  if (!isKnown) notes.push({ path, message });
}

const IDENTIFIER = /^[a-z_$][\w$]*$/i;

function join(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!IDENTIFIER.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
