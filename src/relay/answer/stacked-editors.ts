import type { BodyEdit, BodyEditor, Give } from '../../body-editor.ts';
import { noop } from '../../lib/noop.ts';

/** Two editors as one: what the first gives goes through the second. */
export class StackedEditors implements BodyEditor {
  readonly #first: BodyEditor;
  readonly #second: BodyEditor;

  constructor(first: BodyEditor, second: BodyEditor) {
    this.#first = first;
    this.#second = second;
  }

  get isHeld(): boolean {
    return this.#first.isHeld || this.#second.isHeld;
  }

  get edit(): BodyEdit | undefined {
    return this.#second.edit ?? this.#first.edit;
  }

  push(chunk: Buffer, give: Give): Promise<void> | undefined {
    return this.#through((take) => this.#first.push(chunk, take), give);
  }

  async end(give: Give): Promise<void> {
    await this.#through((take) => this.#first.end(take), give);
    await this.#second.end(give);
  }

  /** A step of the first editor, and of the second for each piece that comes of it, one after the other. */
  #through(step: (take: Give) => Promise<void> | undefined, give: Give): Promise<void> | undefined {
    let taken: Promise<void> | undefined;
    const first = step((bytes) => {
      const next = () => this.#second.push(bytes, give);
      taken = taken === undefined ? next() : taken.then(next);
      // It is returned below; until then no code handles its rejection.
      taken?.catch(noop);
    });
    return first === undefined ? taken : first.then(() => taken);
  }
}
