import type { AnySchemaObject, ErrorObject, ValidateFunction } from 'ajv';
import { UnclearValueError } from '../mcp/json/unclear.ts';
import { type ConfigProblems, checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { glob } from '../options/glob.ts';
import type { Decision, PolicyRule } from '../slots/policies/policy.ts';
import { compile } from './compile.ts';
import { problemText } from './problem-text.ts';

/** A JSON Schema for the arguments of a tool. Where it has no `$schema`, it is one of 2020-12. */
export type ArgumentsSchema = Readonly<Record<string, unknown>>;

const EXPECTED =
  "a tool's name or more with the schema of its arguments, like { search: { type: 'object' } }";

/**
 * A policy on the arguments of tools: a call is refused whose arguments do not match the schema of that tool,
 * with a sentence that says where and why, so that a model can try again. Tools without a schema pass, and so
 * do methods other than `tools/call`. Arguments that are absent are `{}`. A value that two readers could
 * understand differently, such as a member in another spelling than that of the schema, does not match.
 *
 * Schemas are compiled once, by `ajv` with `ajv-formats`, which the MCP SDKs use as well. A keyword that is
 * not known is a mistake, unless its name begins with `x-`; so is a keyword that `ajv` does not check as the
 * standard says: `unevaluatedItems`, `$dynamicRef`, and `if` with `unevaluatedProperties`. A `format` has to
 * be right. A `pattern` is a regular expression of JavaScript that runs on the text of an agent: one that
 * backtracks can block the process.
 *
 * @param schemas - By the name of the tool, in which `*` stands for any characters. Where several names
 * match, the arguments have to match all of their schemas.
 * @returns A policy for `policies` or `policy`.
 * @throws {GatewayConfigError} without a name, and for a value that is no schema, or a schema with references
 * elsewhere.
 * @see JSON Schema 2020-12; MCP 2025-11-25, "Tools"
 *
 * @example From `examples/schema.ts`:
 * ```ts
 * app.use(
 *   createMcpGateway({
 *     target: 'https://third-party-mcp-server.example/mcp',
 *     policies: [
 *       matchesSchema({
 *         search: {
 *           type: 'object',
 *           properties: {
 *             query: { type: 'string', maxLength: 200 },
 *             limit: { type: 'integer', minimum: 1, maximum: 50 },
 *           },
 *           required: ['query'],
 *           additionalProperties: false,
 *         },
 *         'delete_*': { type: 'object', required: ['reason'] },
 *       }),
 *     ],
 *   }),
 * );
 * ```
 */
export function matchesSchema(schemas: Readonly<Record<string, ArgumentsSchema>>): PolicyRule {
  const rules = checkConfig('matchesSchema', (problems) =>
    problems.entries(schemas, { atLeast: 1, expected: EXPECTED }).map(([pattern, schema]) => ({
      matches: glob(pattern),
      validate: read(problems.at(pattern), schema),
    })),
  );
  return {
    name: `matchesSchema(${Object.keys(schemas).join(', ')})`,
    check({ mcp }) {
      if (mcp.method !== 'tools/call') return true;
      const { name = '', arguments: given = {} } = mcp;
      for (const { matches, validate } of rules) {
        if (!matches(name)) continue;
        const problem = problemOf(given, validate as ValidateFunction);
        if (problem !== undefined) return problem;
      }
      return true;
    },
  };
}

isFactory('matchesSchema', matchesSchema);

function read(problems: ConfigProblems, schema: unknown): ValidateFunction | undefined {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    problems.add(schema, "a JSON Schema, like { type: 'object', required: ['query'] }");
    return undefined;
  }
  try {
    return compile(schema as AnySchemaObject);
  } catch (error) {
    problems.add(schema, `a JSON Schema that can be compiled: ${(error as Error).message}`);
    return undefined;
  }
}

function problemOf(given: unknown, validate: ValidateFunction): Decision | undefined {
  try {
    if (validate(given)) return undefined;
  } catch (error) {
    if (!(error instanceof UnclearValueError)) throw error;
    return denial('unclear', error.message);
  }
  const errors = validate.errors as readonly ErrorObject[];
  const { keyword, schemaPath } = errors.at(-1) as ErrorObject;
  return denial(`${keyword} at ${schemaPath}`, problemText(errors));
}

function denial(reason: string, problem: string): Decision {
  return {
    allow: false,
    reason,
    message: `The arguments do not match the schema of this tool: ${problem}. Correct them and call it again.`,
  };
}
