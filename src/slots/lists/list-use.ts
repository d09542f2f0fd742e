import { setImmediate } from 'node:timers/promises';
import type { RequestContext } from '../../context.ts';
import { allOf } from '../../lib/now-or-later.ts';
import type { TextEdit } from '../../mcp/json/text-edit.ts';
import { LIST_KINDS } from '../../mcp/lists/list-kinds.ts';
import { cuts, type FoundList, type FoundLists } from '../../mcp/lists/listed-items.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import type { ListFilter } from './list-filter.ts';
import type { ListWatch } from './list-watch.ts';
import { ToolsScan } from './tools-scan.ts';

/** How many items policies are asked about at once; then other requests get their turn. */
const AT_ONCE = 32;

const LIST_METHODS: ReadonlySet<string> = new Set(LIST_KINDS.map(({ method }) => method));
const TOOLS_LIST = 'tools/list';

/** Whether a message asks for a list whose items have names. */
export function isForList({ method }: McpMessage): boolean {
  return LIST_METHODS.has(method);
}

/** The use that is made of the lists in the answer to one request. */
export class ListUse {
  /** The methods of the lists that the request asks for; empty where the answer may hold any. */
  readonly methods: ReadonlySet<string>;
  /** The source text of the id, where one list is asked for by itself. */
  readonly idText: string | undefined;
  readonly watches: ListWatch[] = [];
  /** Undefined where lists are not filtered: the answer goes to the client as it is. */
  filter: ListFilter | undefined;
  /** Whether the answer has a status in which no client looks for a list. */
  hasFailed = false;
  readonly #context: RequestContext;

  constructor(context: RequestContext) {
    const asked = context.mcp?.messages.filter(isForList) ?? [];
    this.methods = new Set(asked.map(({ method }) => method));
    this.idText = context.mcp?.isBatch === false ? asked[0]?.idText : undefined;
    this.#context = context;
  }

  /** Whether there may be a list in these bytes, after a quick look. */
  mayBeIn(bytes: Uint8Array): boolean {
    if (this.filter !== undefined || this.methods.size > 0) return true;
    const scan = new ToolsScan();
    scan.push(bytes);
    return scan.isFound;
  }

  /** Shows the lists to the watches, and gives the edits that cut out what the client may not see. */
  async read(text: string, found: FoundLists): Promise<TextEdit[]> {
    for (const list of found.lists) {
      if (list.kind.method === TOOLS_LIST) await this.#watch(text, list);
    }
    const { filter } = this;
    if (filter === undefined) return [];
    const edits: (readonly TextEdit[])[] = [found.privacy];
    for (const list of found.lists) edits.push(cuts(list.items, await judgeItems(list, filter)));
    return edits.flat().sort((a, b) => a.start - b.start);
  }

  /** Reports why lists in an answer could not be read. */
  report(cause: unknown): void {
    this.#context.report('upstream_invalid', cause);
  }

  /** Reports that something that seems to hold a list of tools is passed on unread, and tells the watches. */
  unread(cause: unknown): void {
    if (this.hasFailed || this.watches.length === 0) return;
    this.report(cause);
    for (const watch of this.watches) watch.unread(cause);
  }

  session(sessionId: string): void {
    for (const watch of this.watches) watch.session(sessionId);
  }

  async #watch(text: string, { items, id, nextCursor }: FoundList): Promise<void> {
    const tools = items.map(({ name, start, end }) => ({ name, text: text.slice(start, end) }));
    for (const watch of this.watches) await watch.listed({ tools, id, nextCursor });
  }
}

async function judgeItems({ kind, items }: FoundList, filter: ListFilter): Promise<boolean[]> {
  const keeps: boolean[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) {
    if (i > 0) await setImmediate();
    const some = items.slice(i, i + AT_ONCE);
    keeps.push(...(await allOf(some.map(({ name }) => filter.allows(kind.itemMethod, name)))));
  }
  return keeps;
}
