import canonicalize from 'canonicalize';
import { isJsonObject, type JsonObject } from '../mcp/json/json-object.ts';
import type { ToolDifference } from '../slots/policies/tool-pin.ts';
import { inOrder } from './in-order.ts';
import type { Pin } from './pin.ts';
import { FIELDS, type ToolDefinition } from './tool-definition.ts';
import { visibleText } from './visible-text.ts';

/** How many differences are told apart; where there are more, whole fields are told. */
const MOST_ROWS = 100;

/** How deep in a field differences are told apart. */
const DEEPEST = 16;

/** How long a text is told as a whole; of a longer one, a part with what has changed is told. */
const LONGEST = 10_000;

/** How many characters in front of the change are told in that part. */
const AROUND = 200;

/**
 * What has changed since a tool was approved; for a tool that never was, its whole definition. Empty where a
 * definition is not known.
 */
export function differences(
  pin: Pin | undefined,
  after: ToolDefinition | undefined,
): ToolDifference[] {
  if (after === undefined || after.hash === pin?.hash) return [];
  const before = pin?.definition;
  if (pin !== undefined && before === undefined) return [];
  if (after.isUnclear || before?.isUnclear) {
    const [was, is] = [textOf(before), textOf(after)];
    return [{ field: 'definition', path: '', ...told(was, is) }];
  }
  if (after.fields === undefined || (before !== undefined && before.fields === undefined))
    return [];
  const rows = rowsOf(before?.fields, after.fields, before !== undefined);
  return rows.length > MOST_ROWS ? rowsOf(before?.fields, after.fields, false) : rows;
}

function textOf(definition: ToolDefinition | undefined): string | undefined {
  return definition?.source ?? (definition?.fields && canonicalize(definition.fields));
}

/** @param isDeep - Whether differences within a field are told apart. */
function rowsOf(
  before: JsonObject | undefined,
  after: JsonObject,
  isDeep: boolean,
): ToolDifference[] {
  const rows: ToolDifference[] = [];
  const levels = isDeep ? DEEPEST : 0;
  for (const field of FIELDS) compare(rows, levels, field, '', before?.[field], after[field]);
  return rows;
}

function compare(
  rows: ToolDifference[],
  levels: number,
  field: string,
  path: string,
  before: unknown,
  after: unknown,
): void {
  if (rows.length > MOST_ROWS || canonicalize(before) === canonicalize(after)) return;
  if (levels === 0 || !isJsonObject(before) || !isJsonObject(after)) {
    rows.push({ field, path, ...told(written(before), written(after)) });
    return;
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of inOrder(names)) {
    const step = visibleText(name).replaceAll('~', '~0').replaceAll('/', '~1');
    compare(rows, levels - 1, field, `${path}/${step}`, before[name], after[name]);
  }
}

function written(value: unknown): string | undefined {
  return typeof value === 'string' ? value : canonicalize(value);
}

function told(
  before: string | undefined,
  after: string | undefined,
): Pick<ToolDifference, 'before' | 'after'> {
  const start = Math.max(commonLength(before ?? '', after ?? '') - AROUND, 0);
  const shown = (text: string | undefined) => {
    if (text === undefined) return undefined;
    if (text.length <= LONGEST) return visibleText(text);
    const end = start + LONGEST;
    const part = visibleText(text.slice(start, end));
    return `${start > 0 ? '…' : ''}${part}${end < text.length ? '…' : ''}`;
  };
  return { before: shown(before), after: shown(after) };
}

function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
