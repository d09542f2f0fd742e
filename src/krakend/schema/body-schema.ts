import type { ErrorObject, ValidateFunction } from 'ajv';
import { contextOf } from '../../context.ts';
import { hasRepeatedMember } from '../../mcp/json/repeated-member.ts';
import { UnclearValueError } from '../../mcp/json/unclear.ts';
import { MessageProblem } from '../../mcp/message-problem.ts';
import { problemText } from '../../schema/problem-text.ts';
import type { Decision, PolicyRule, RequestPolicyContext } from '../../slots/policies/policy.ts';

/** The body as it came, which the check of the message leaves on a request. */
interface WithBytes {
  readonly rawBody?: Buffer;
}

/** The messages of a body, as the schema sees them; undefined where another reader could find others. */
function messagesOf({ req }: RequestPolicyContext): readonly unknown[] | undefined {
  const { rawBody } = req as WithBytes;
  const { mcp } = contextOf(req);
  if (rawBody === undefined || mcp === undefined) return undefined;
  const text = rawBody.toString('utf8');
  if (hasRepeatedMember(text)) return undefined;
  const body: unknown = JSON.parse(text);
  const messages = mcp.messages.values();
  return [body].flat().map((own) => {
    const { method } = own as { readonly method?: unknown };
    if (typeof method !== 'string') return own;
    // These params replace those of `JSON.parse`: asking them for a member in another spelling throws.
    const params = messages.next().value?.params;
    return params === undefined ? own : { ...(own as object), params };
  });
}

/** Allows messages that match a schema as a whole. Each message of a batch has to match by itself. */
export function bodySchemaRule(validate: ValidateFunction): PolicyRule {
  return {
    name: 'validation/json-schema',
    on: 'request',
    check(ctx) {
      if (ctx.req.method !== 'POST') return true;
      try {
        const messages = messagesOf(ctx);
        if (messages === undefined) return UNCLEAR;
        const isGood = messages.every((message) => validate(message));
        return isGood || denial(validate.errors as readonly ErrorObject[]);
      } catch (error) {
        const isUnclear = error instanceof UnclearValueError || error instanceof MessageProblem;
        if (!isUnclear) throw error;
        return UNCLEAR;
      }
    },
  };
}

const UNCLEAR: Decision = {
  allow: false,
  reason: 'unclear',
  message: 'The message can be read in more than one way; write each member once, as it is called',
};

function denial(errors: readonly ErrorObject[]): Decision {
  const { keyword, schemaPath } = errors.at(-1) as ErrorObject;
  return {
    allow: false,
    reason: `${keyword} at ${schemaPath}`,
    message: `The members of the message do not match the schema of this endpoint: ${problemText(errors)}`,
  };
}
