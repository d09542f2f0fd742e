import {
  type CallToolResult,
  type InputRequest,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { askModel, askUser } from './questions.ts';
import { text } from './text.ts';

/**
 * Tools that ask the client one thing. The SDK sends the question as a request of its own in a
 * session, and as the result of the call in the stateless era.
 */
export function addAskingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Asks the model', inputSchema: z.object({ prompt: z.string() }) },
    ({ prompt }, ctx) => ask(ctx, askModel(prompt), 'LLM response'),
  );

  server.registerTool(
    'test_elicitation',
    { description: 'Asks the user', inputSchema: z.object({ message: z.string() }) },
    ({ message }, ctx) => ask(ctx, askUser(message, USER, Object.keys(USER)), 'User response'),
  );

  server.registerTool(
    'test_elicitation_sep1034_defaults',
    { description: 'Asks the user, with a default for each kind of value' },
    (ctx) => ask(ctx, askUser('Please look at the defaults', DEFAULTS), 'Elicitation completed'),
  );

  server.registerTool(
    'test_elicitation_sep1330_enums',
    { description: 'Asks the user to choose, in each kind of choice' },
    (ctx) => ask(ctx, askUser('Please choose', CHOICES), 'Elicitation completed'),
  );

  server.registerTool('test_streaming_elicitation', { description: 'Asks the user' }, (ctx) =>
    ask(ctx, askUser('Who are you?', USER), 'User response'),
  );

  server.registerTool(
    'test_missing_capability',
    { description: 'Asks the model, of clients that have none as well' },
    (ctx) => ask(ctx, askModel('Are you there?'), 'LLM response'),
  );
}

/** Asks the client, unless its answer has come already. */
function ask(
  { mcpReq }: ServerContext,
  question: InputRequest,
  label: string,
): CallToolResult | InputRequiredResult {
  const answer = inputResponse(mcpReq.inputResponses, 'answer');
  if (answer.kind === 'missing') return inputRequired({ inputRequests: { answer: question } });
  if (answer.kind === 'elicit') {
    return text(`${label}: action=${answer.action}, content=${JSON.stringify(answer.content)}`);
  }
  return text(`${label}: ${JSON.stringify(answer)}`);
}

const USER = {
  username: { type: 'string', description: "User's response" },
  email: { type: 'string', description: "User's email address" },
};

const DEFAULTS = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
};

const OPTIONS = ['option1', 'option2', 'option3'];
const titled = (noun: string) =>
  ['First', 'Second', 'Third'].map((title, i) => ({
    const: `value${i + 1}`,
    title: `${title} ${noun}`,
  }));

const CHOICES = {
  untitledSingle: { type: 'string', enum: OPTIONS },
  titledSingle: { type: 'string', oneOf: titled('Option') },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
  titledMulti: { type: 'array', items: { anyOf: titled('Choice') } },
};
