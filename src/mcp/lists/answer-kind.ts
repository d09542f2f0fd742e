import { JsonCursor } from '../json/cursor.ts';
import { foldMemberName, MAX_FOLD_LENGTH } from '../json/folding.ts';
import { MessageProblem } from '../message-problem.ts';
import { LIST_KINDS } from './list-kinds.ts';

/** What a message that cannot be read as a whole seems to be. */
export interface AnswerKind {
  /** `unknown`: no member has been seen that only a list has, or that only something else has. */
  readonly kind: 'list' | 'other' | 'unknown';
  /** The source text of its id, where that has been seen; one character for each byte. */
  readonly id: string | undefined;
}

const LISTS: ReadonlySet<string> = new Set(LIST_KINDS.map(({ member }) => foldMemberName(member)));
/** Members that any result may have. A list may still come behind them. */
const OF_ANY = new Set(['_meta', 'nextcursor', 'cachescope', 'ttlms', 'resulttype']);

/** Reads a message as far as its text goes. The text has one character for each byte. */
export function kindOfAnswer(text: string): AnswerKind {
  const seen = new Seen();
  try {
    seen.message(new JsonCursor(text.replace(/^(?:\ufeff|\u00ef\u00bb\u00bf)/, '')));
  } catch (error) {
    if (!(error instanceof MessageProblem)) throw error;
  }
  return seen;
}

class Seen implements AnswerKind {
  kind: AnswerKind['kind'] = 'unknown';
  id: string | undefined;

  message(cursor: JsonCursor): void {
    // In a batch, a message of any kind may come behind the known part.
    if (cursor.isAtArray()) return;
    if (!cursor.isAtObject()) {
      this.kind = 'other';
      return;
    }
    for (let isOpen = cursor.openObject(); isOpen; ) {
      const name = folded(cursor.name());
      // A request, a notification or an error holds no list.
      if (name === 'method' || name === 'params' || name === 'error') {
        if (this.kind === 'unknown') this.kind = 'other';
        return;
      }
      const start = cursor.start();
      if (name === 'result') this.#result(cursor);
      else cursor.skip();
      const value = cursor.since(start);
      isOpen = cursor.nextMember();
      if (name === 'id' && /^["\d-]/.test(value)) this.id = value;
    }
  }

  #result(cursor: JsonCursor): void {
    if (!cursor.isAtObject()) {
      cursor.skip();
      return;
    }
    for (let isOpen = cursor.openObject(); isOpen; isOpen = cursor.nextMember()) {
      const name = folded(cursor.name());
      if (LISTS.has(name)) this.kind = 'list';
      else if (!OF_ANY.has(name) && this.kind === 'unknown') this.kind = 'other';
      cursor.skip();
    }
  }
}

function folded(name: string): string {
  // Bytes that are not ASCII may be UTF-8.
  const text = Buffer.from(name, 'latin1').toString();
  return text.length > MAX_FOLD_LENGTH ? text : foldMemberName(text);
}
