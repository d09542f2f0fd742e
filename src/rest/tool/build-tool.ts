import { asObject, type JsonObject } from '../json.ts';
import type { RestTool } from '../options.ts';
import type { PlannedTool } from '../plan/plan-operation.ts';
import type { ToolSettings } from '../read-tool-settings.ts';
import { type OutputCheck, outputCheck } from '../result/output.ts';
import { pagingArguments } from '../result/paging.ts';
import { pickTree } from '../result/pick.ts';
import { annotationsFor, type RestToolAnnotations } from './annotations.ts';
import type { BuiltTool } from './built-tool.ts';
import { compileCheck } from './compile-arguments.ts';
import { shorten, withShortTexts } from './shorten.ts';

/** The parts of a tool besides its request. */
export interface ToolParts {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  /** The hints that a document has for it. */
  readonly hints: Partial<RestToolAnnotations>;
  readonly outputSchema: JsonObject | undefined;
  readonly settings: ToolSettings;
}

/** Builds a tool. @throws {Error} where one of its schemas cannot be compiled. */
export function buildTool({ plan, inputSchema }: PlannedTool, parts: ToolParts): BuiltTool {
  const { name, title, description, hints, outputSchema, settings } = parts;
  const output = outputSchema && checkedOutput(outputSchema);
  const common = {
    name,
    ...(title !== undefined && { title: shorten(title) }),
    ...(description !== undefined && { description: shorten(description) }),
    inputSchema: withShortTexts(inputSchema),
    annotations: annotationsFor(plan.method, hints, settings.annotations),
  };
  const shown = (era: 'legacy' | 'modern'): RestTool =>
    output === undefined ? common : { ...common, outputSchema: output.shown[era] };
  return {
    name,
    shown: { legacy: shown('legacy'), modern: shown('modern') },
    plan,
    check: compileCheck(inputSchema),
    result: {
      tool: name,
      max: settings.max,
      pick: pickTree(settings.pick),
      output,
      paging: pagingArguments(Object.keys(asObject(inputSchema.properties) ?? {})),
    },
    timeout: settings.timeout,
  };
}

function checkedOutput(schema: JsonObject): OutputCheck {
  const check = compileCheck(schema);
  return outputCheck(withShortTexts(schema), (value) => check(value) === undefined);
}
