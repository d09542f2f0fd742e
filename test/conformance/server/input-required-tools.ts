import { randomBytes } from 'node:crypto';
import {
  acceptedContent,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { askModel, askUser, askUserFor } from './questions.ts';
import { text } from './text.ts';

/** Tools that answer with `input_required`: in one round, in several, with state and without. */
export function addInputRequiredTools(server: McpServer): void {
  for (const [name, run] of Object.entries(TOOLS)) {
    const description = `Needs input: ${name}`;
    server.registerTool(`test_input_required_result_${name}`, { description }, run);
  }
}

/** Seals the state that the client has to send back in the next round, and refuses a changed state. */
export const requestState: RequestStateCodec<{ round: number }> = createRequestStateCodec({
  key: randomBytes(32),
});

/** The client's capabilities in a stateless request; the type in the SDK is empty. */
interface Envelope {
  readonly [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities;
}

type Result = CallToolResult | InputRequiredResult;

const TOOLS: Readonly<Record<string, (ctx: ServerContext) => Result | Promise<Result>>> = {
  elicitation({ mcpReq }) {
    const answer = acceptedContent(mcpReq.inputResponses, 'user_name');
    return answer ? text(`Hello, ${answer.name}!`) : needs({ user_name: askName() });
  },

  sampling({ mcpReq }) {
    const answer = inputResponse(mcpReq.inputResponses, 'capital_question');
    if (answer.kind === 'sampling') return text(JSON.stringify(answer.result.content));
    return needs({ capital_question: askModel('What is the capital of France?') });
  },

  list_roots({ mcpReq }) {
    const answer = inputResponse(mcpReq.inputResponses, 'client_roots');
    if (answer.kind === 'roots') return text(answer.roots.map(({ uri }) => uri).join('\n'));
    return needs({ client_roots: inputRequired.listRoots() });
  },

  request_state: confirmWithState,
  tampered_state: confirmWithState,

  multiple_inputs({ mcpReq }) {
    const questions = {
      user_name: askName(),
      greeting: askModel('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    };
    const isAnswered = Object.keys(questions).every((key) => mcpReq.inputResponses?.[key]);
    return isAnswered ? text('All three were answered') : needsInRound(1, questions);
  },

  multi_round({ mcpReq }) {
    const { round } = mcpReq.requestState<{ round: number }>() ?? { round: 0 };
    if (round === 0) {
      return needsInRound(1, { step1: askUserFor('name', 'Step 1: What is your name?') });
    }
    if (round === 1) {
      return needsInRound(2, {
        step2: askUserFor('color', 'Step 2: What is your favorite color?'),
      });
    }
    return text('Two rounds were played');
  },

  capabilities({ mcpReq }) {
    if (mcpReq.inputResponses) return text('Answered');
    const { [CLIENT_CAPABILITIES_META_KEY]: can }: Envelope = mcpReq.envelope ?? {};
    return needs({
      ...(can?.sampling && { greeting: askModel('Generate a greeting') }),
      ...(can?.elicitation && { user_name: askName() }),
    });
  },
};

/** The state is verified before a tool runs, so the tool can trust it. */
function confirmWithState({ mcpReq }: ServerContext): Result | Promise<Result> {
  if (mcpReq.requestState() !== undefined) return text('state-ok');
  return needsInRound(1, {
    confirm: askUser('Please confirm', { ok: { type: 'boolean' } }, ['ok']),
  });
}

const askName = () => askUserFor('name', 'What is your name?');

function needs(inputRequests: InputRequests): InputRequiredResult {
  return inputRequired({ inputRequests });
}

async function needsInRound(round: number, inputRequests: InputRequests): Promise<Result> {
  return inputRequired({ inputRequests, requestState: await requestState.mint({ round }) });
}
