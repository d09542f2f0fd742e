import {
  acceptedContent,
  completable,
  type GetPromptResult,
  inputRequired,
  type McpServer,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { PNG } from './media.ts';
import { askUserFor } from './questions.ts';

const CITIES = ['paris', 'parma', 'porto'];

/** Prompts without arguments, with some that can be completed, and one that needs input. */
export function addPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'Says one thing' }, () =>
    say('This is a simple prompt for testing.'),
  );

  const argument = completable(z.string(), (value) => CITIES.filter((c) => c.startsWith(value)));
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'Takes two', argsSchema: z.object({ arg1: argument, arg2: z.string() }) },
    ({ arg1, arg2 }) => say(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
  );

  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'Holds a resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) => {
      const resource = {
        uri,
        mimeType: 'text/plain',
        text: 'Embedded resource content for testing.',
      };
      return say({ type: 'resource', resource }, 'Please process the embedded resource above.');
    },
  );

  server.registerPrompt('test_prompt_with_image', { description: 'Holds an image' }, () =>
    say({ type: 'image', data: PNG, mimeType: 'image/png' }, 'Please analyze the image above.'),
  );

  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Needs input' },
    ({ mcpReq }) => {
      const answer = acceptedContent(mcpReq.inputResponses, 'user_context');
      if (answer) return say(`Context: ${answer.context}`);
      const user_context = askUserFor('context', 'What context should the prompt use?');
      return inputRequired({ inputRequests: { user_context } });
    },
  );
}

type Content = GetPromptResult['messages'][number]['content'];

function say(...contents: (Content | string)[]): GetPromptResult {
  const toContent = (content: Content | string): Content =>
    typeof content === 'string' ? { type: 'text', text: content } : content;
  return {
    messages: contents.map((content) => ({ role: 'user', content: toContent(content) })),
  };
}
