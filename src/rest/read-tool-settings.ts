import type { ConfigProblems } from '../options/config-problems.ts';
import { readDuration } from '../options/duration.ts';
import { readSize } from '../options/size.ts';
import type { RestToolOptions, RestToolSettings } from './options.ts';
import { HINTS, hintsIn, type RestToolAnnotations } from './tool/annotations.ts';
import { isToolName } from './tool/names.ts';

/** The settings of tools that have none of their own. */
export interface CommonSettings {
  /** In milliseconds. */
  readonly timeout: number;
  /** In bytes. */
  readonly max: number;
}

/** The settings of a tool. */
export interface ToolSettings extends CommonSettings {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly annotations: Partial<RestToolAnnotations>;
  readonly pick: readonly string[];
}

/** The settings of a tool that is an operation of a document. */
export interface OperationSettings extends ToolSettings {
  readonly name: string | undefined;
  readonly headers: boolean;
  readonly outputSchema: boolean;
}

/** The keys of {@link RestToolSettings}. */
export const TOOL_OPTIONS: readonly (keyof RestToolSettings)[] = [
  'title',
  'description',
  'annotations',
  'result',
  'timeout',
];

/** The settings of an operation that has none of its own. */
export function plainSettings(common: CommonSettings): OperationSettings {
  return {
    ...common,
    name: undefined,
    title: undefined,
    description: undefined,
    annotations: {},
    pick: [],
    headers: false,
    outputSchema: false,
  };
}

/** Reads the settings of an operation. */
export function readOperationSettings(
  problems: ConfigProblems,
  value: unknown,
  common: CommonSettings,
): OperationSettings | undefined {
  if (
    !problems.keys(
      value,
      ['name', 'headers', 'outputSchema', ...TOOL_OPTIONS],
      "{ timeout: '10s' }",
    )
  )
    return undefined;
  const { name, headers = false, outputSchema = false } = value as RestToolOptions;
  if (name !== undefined && !isToolName(name)) problems.at('name').add(name, TOOL_NAME);
  problems.at('headers').flag(headers);
  problems.at('outputSchema').flag(outputSchema);
  const settings = readToolSettings(problems, value, common);
  if (outputSchema && settings.pick.length > 0) {
    problems
      .at('outputSchema')
      .add(outputSchema, 'no result.pick beside it: what is left would not fit the schema');
  }
  return { ...settings, name, headers, outputSchema };
}

/** What the name of a tool has to be. */
export const TOOL_NAME = "1 to 64 of the characters A-Z a-z 0-9 '_' '-'";

/** Reads the settings that all tools may have. */
export function readToolSettings(
  problems: ConfigProblems,
  options: RestToolSettings,
  common: CommonSettings,
): ToolSettings {
  const { title, description, annotations = {}, result = {}, timeout } = options;
  checkText(problems.at('title'), title);
  checkText(problems.at('description'), description);
  const hints = problems.at('annotations');
  if (hints.keys(annotations, HINTS, '{ readOnlyHint: true }')) {
    for (const [name, hint] of Object.entries(annotations)) hints.at(name).flag(hint);
  }
  const ofResult = problems.at('result');
  const known = ofResult.keys(result, ['pick', 'max'], "{ pick: ['id', 'status'] }") ? result : {};
  const isPath = (path: unknown): path is string =>
    typeof path === 'string' && /^[^.]+(?:\.[^.]+)*$/.test(path);
  return {
    title,
    description,
    annotations: hintsIn(annotations as Record<string, unknown>),
    pick: ofResult
      .at('pick')
      .list(known.pick ?? [], isPath, "the name of a member, like 'items' or 'items.id'"),
    max:
      known.max === undefined
        ? common.max
        : (readSize(ofResult.at('max'), known.max) ?? common.max),
    timeout:
      timeout === undefined
        ? common.timeout
        : (readDuration(problems.at('timeout'), timeout) ?? common.timeout),
  };
}

function checkText(problems: ConfigProblems, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') problems.add(value, 'a text', 'wrong_type');
}
