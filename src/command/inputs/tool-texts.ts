import type { RestTool, RestTools } from '../../rest/options.ts';

/**
 * The tools as agents will see them, for people to read: a line for each argument, and the operations that
 * are no tools.
 */
export function toolTexts({ tools, skipped }: RestTools): readonly string[] {
  return [
    ...tools.flatMap(textsOf),
    ...skipped.flatMap(({ operation, reason }, i) => [
      ...(i === 0 ? ['', 'skipped'] : []),
      `  ${shown(operation)}: ${shown(reason)}`,
    ]),
  ];
}

function textsOf({ name, title, description, annotations, inputSchema }: RestTool): string[] {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations;
  const hints = [
    readOnlyHint ? 'read-only' : 'writes',
    destructiveHint ? 'destructive' : 'not destructive',
    idempotentHint ? 'idempotent' : 'not idempotent',
    openWorldHint ? 'open world' : 'closed world',
  ];
  const told = [title, description].filter((text) => text !== undefined);
  return [
    '',
    `${shown(name)} (${hints.join(', ')})`,
    ...[...new Set(told)].map((text) => `  ${shown(text)}`),
    ...argumentsOf(inputSchema),
  ];
}

interface Schema {
  readonly type?: unknown;
  readonly description?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

function argumentsOf({ properties = {}, required = [] }: Schema): string[] {
  const all = Object.entries(properties);
  if (all.length === 0) return ['  no arguments'];
  return all.map(([name, schema]) => {
    const { type, description } = Object(schema) as Schema;
    const kind = type === undefined ? 'any' : [type].flat().join(' or ');
    const need = required.includes(name) ? ', required' : '';
    const about = typeof description === 'string' ? `: ${shown(description)}` : '';
    return `  - ${shown(name)} (${shown(kind)}${need})${about}`;
  });
}

/**
 * The text on one line, without characters that a terminal would obey: others may have written the document.
 */
function shown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '\u{FFFD}').trim();
}
