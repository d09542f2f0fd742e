import type { ConfigProblems } from '../../options/config-problems.ts';
import type { OpenApiDocument } from '../document/load-document.ts';
import { asObject, asText } from '../json.ts';
import { listOperations } from '../operations/list-operations.ts';
import {
  nameOf,
  type PickedOperation,
  type SkippedOperation,
  selectOperations,
} from '../operations/select-operations.ts';
import { Inexpressible } from '../plan/inexpressible.ts';
import { planOperation } from '../plan/plan-operation.ts';
import { responseSchema } from '../plan/response-schema.ts';
import { type Withheld, withheldBy } from '../plan/withheld.ts';
import type { RestSettings } from '../read-options.ts';
import { type OperationSettings, plainSettings } from '../read-tool-settings.ts';
import { hintsIn } from './annotations.ts';
import { buildTool } from './build-tool.ts';
import type { BuiltTool } from './built-tool.ts';
import { isToolName, toolName } from './names.ts';

/** The tools that come from options and document, and the operations that are skipped. */
export interface BuiltTools {
  readonly tools: readonly BuiltTool[];
  readonly skipped: readonly SkippedOperation[];
}

/** Makes the tools. */
export function buildTools(
  problems: ConfigProblems,
  settings: RestSettings,
  document: OpenApiDocument | undefined,
): BuiltTools {
  const tools = new ToolList();
  for (const { index, ...tool } of settings.byHand) {
    const place = problems.at('tools').at(index);
    const parts = { ...tool.settings, ...tool, hints: {} };
    const built = attempt(() => buildTool(tool, parts));
    if (built instanceof Error)
      place
        .at('inputSchema')
        .add(tool.inputSchema, `a JSON Schema that can be compiled: ${built.message}`);
    else tools.add(built, place.at('name'));
  }
  const skipped = document === undefined ? [] : addOperations(tools, problems, settings, document);
  return { tools: tools.all, skipped };
}

function addOperations(
  tools: ToolList,
  problems: ConfigProblems,
  settings: RestSettings,
  document: OpenApiDocument,
): SkippedOperation[] {
  const { picked, skipped: leftOut } = selectOperations(
    problems.at('operations'),
    listOperations(document),
    settings.selectors,
  );
  checkKeys(problems.at('tools'), picked, settings.ofOperations);
  const { base, forward } = settings;
  const ofBase = base instanceof URL ? new Set(base.searchParams.keys()) : new Set<string>();
  const withheld = withheldBy(document, forward, ofBase);
  const skipped = [...leftOut];
  for (const one of picked) {
    const built = attempt(() => toolOf(one, settings, document, withheld));
    const { operation, isNamed, problems: place } = one;
    if (!(built instanceof Error)) tools.add(built, place, operation.key);
    else if (isNamed)
      place.add(nameOf(operation), `an operation that can be a tool; this one ${built.message}`);
    else skipped.push({ operation: nameOf(operation), reason: `it ${built.message}` });
  }
  return skipped;
}

function toolOf(
  { operation }: PickedOperation,
  all: RestSettings,
  document: OpenApiDocument,
  withheld: Withheld,
): BuiltTool {
  const { shown, spec, key } = operation;
  const settings = settingsFor(operation, all);
  const extension = asObject(spec['x-mcp']);
  const planned = planOperation(operation, document, { withheld, headers: settings.headers });
  const outputSchema = settings.outputSchema ? responseSchema(spec, document) : undefined;
  const ownName = asText(extension?.name);
  const parts = {
    name: settings.name ?? (isToolName(ownName) ? ownName : toolName(shown.id ?? key)),
    title: settings.title ?? asText(extension?.title) ?? shown.summary,
    description:
      settings.description ?? asText(extension?.description) ?? shown.description ?? shown.summary,
    hints: { ...hintsIn(extension), ...hintsIn(asObject(extension?.annotations)) },
    outputSchema,
    settings,
  };
  try {
    return buildTool(planned, parts);
  } catch (error) {
    throw new Inexpressible(`has a schema that cannot be checked: ${(error as Error).message}`);
  }
}

function settingsFor(
  operation: PickedOperation['operation'],
  { ofOperations, common }: RestSettings,
): OperationSettings {
  const { key, shown } = operation;
  const found =
    (shown.id === undefined ? undefined : ofOperations.get(shown.id)) ?? ofOperations.get(key);
  return found ?? plainSettings(common);
}

/** Notes settings for operations that are no tools: they would do nothing. */
function checkKeys(
  problems: ConfigProblems,
  picked: readonly PickedOperation[],
  settings: RestSettings['ofOperations'],
): void {
  const known = picked.flatMap(({ operation: { shown, key } }) => [shown.id ?? key, key]);
  for (const key of settings.keys()) {
    if (known.includes(key)) continue;
    problems
      .at(key)
      .add(
        key,
        `an operation that is picked by operations: ${[...new Set(known)].slice(0, 10).join(', ')}`,
      );
  }
}

/** Tools, each by a name of its own. */
class ToolList {
  readonly all: BuiltTool[] = [];
  readonly #places = new Map<string, string>();

  add(tool: BuiltTool, problems: ConfigProblems, key: string = tool.name): void {
    const other = this.#places.get(tool.name);
    if (other === undefined) {
      this.#places.set(tool.name, key);
      this.all.push(tool);
    } else {
      problems.add(
        key,
        `a name that ${other} does not have: both would be ${tool.name}; set tools[${JSON.stringify(key)}].name`,
      );
    }
  }
}

function attempt<T>(build: () => T): T | Error {
  try {
    return build();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
