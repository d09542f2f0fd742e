import type { ConfigProblems } from '../options/config-problems.ts';
import { isObject } from './json.ts';
import type { RestToolByHand } from './options.ts';
import { planByHand } from './plan/plan-by-hand.ts';
import {
  type CommonSettings,
  readToolSettings,
  TOOL_NAME,
  TOOL_OPTIONS,
} from './read-tool-settings.ts';
import type { HandTool } from './tool/hand-tool.ts';
import { isToolName } from './tool/names.ts';

/** Reads tools that are written by hand. */
export function readHandTools(
  problems: ConfigProblems,
  tools: readonly unknown[],
  common: CommonSettings,
): HandTool[] {
  return tools.flatMap((tool, i) => readHandTool(problems, i, tool, common) ?? []);
}

function readHandTool(
  ofList: ConfigProblems,
  index: number,
  value: unknown,
  common: CommonSettings,
): HandTool | undefined {
  const problems = ofList.at(index);
  if (
    !problems.keys(
      value,
      ['name', 'inputSchema', 'request', 'outputSchema', ...TOOL_OPTIONS],
      '{ name, inputSchema, request }',
      SNAKE,
    )
  )
    return undefined;
  const { name, inputSchema, request, outputSchema } = value as RestToolByHand;
  if (!isToolName(name)) problems.at('name').add(name, TOOL_NAME);
  if (outputSchema !== undefined && !isObject(outputSchema))
    problems.at('outputSchema').add(outputSchema, 'a JSON Schema');
  const settings = readToolSettings(problems, value, common);
  if (outputSchema !== undefined && settings.pick.length > 0) {
    problems
      .at('outputSchema')
      .add(outputSchema, 'no result.pick beside it: describe in it what the API gives');
  }
  if (!isObject(inputSchema) || inputSchema.type !== 'object') {
    problems
      .at('inputSchema')
      .add(inputSchema, "a JSON Schema of an object, like { type: 'object', properties: { … } }");
    return undefined;
  }
  const planned = planByHand(problems.at('request'), request, inputSchema);
  return planned && { ...planned, index, name, outputSchema, settings };
}

/** Names that MCP has for these options in other languages, and KrakenD as well. */
const SNAKE = { input_schema: 'inputSchema', output_schema: 'outputSchema' };
