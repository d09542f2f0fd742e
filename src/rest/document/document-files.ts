import { readFile, realpath } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * What `@apidevtools/json-schema-ref-parser` calls a resolver. The parser copies its members, so that they
 * have no `this`.
 */
export interface FileResolver {
  readonly order: number;
  readonly canRead: () => boolean;
  readonly read: (file: { readonly url: string }) => Promise<Buffer>;
}

/**
 * Reads a document, and the files of its own directory that it refers to. The author of a document is not
 * always its operator, and its texts become descriptions that every client reads: a reference to any other
 * file of this machine, or to an address that only this machine can reach, would publish what is there.
 */
export class DocumentFiles {
  readonly #document: string;
  #outside: string | undefined;

  constructor(document: string) {
    this.#document = document;
  }

  /** The first reference that led outside, if any did: the parser does not tell why a file was not read. */
  get outside(): string | undefined {
    return this.#outside;
  }

  /** Takes all references, so that no other resolver does. */
  get resolver(): FileResolver {
    return { order: 1, canRead: () => true, read: ({ url }) => this.#read(url) };
  }

  async #read(url: string): Promise<Buffer> {
    const path = pathOf(url);
    const file = path === undefined ? undefined : await realpath(path);
    const directory = dirname(await realpath(this.#document));
    const within = directory.endsWith(sep) ? directory : directory + sep;
    if (file?.startsWith(within) === true) return await readFile(file);
    this.#outside ??= url;
    throw new Error(`${url} is outside of the directory of the document`);
  }
}

/** The parser writes a file as a path, with its characters encoded as in a URL. */
function pathOf(url: string): string | undefined {
  try {
    const { protocol, href } = new URL(url, pathToFileURL(process.cwd() + sep));
    return protocol === 'file:' ? fileURLToPath(href) : undefined;
  } catch {
    return undefined;
  }
}
