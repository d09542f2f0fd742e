import { setTimeout } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import { text } from './text.ts';

/** Tells every listening client, of either era, that a list has changed. */
export interface Changes {
  tools(): void;
  prompts(): void;
}

const STEP_MS = 50;

/** Tools that do something before they answer: send logs, progress or changes, or end their stream. */
export function addNotifyingTools(server: McpServer, changes: Changes): void {
  server.registerTool(
    'test_tool_with_logging',
    { description: 'Logs three times' },
    async ({ mcpReq }) => {
      await mcpReq.log('info', 'Tool execution started');
      await setTimeout(STEP_MS);
      await mcpReq.log('info', 'Tool processing data');
      await setTimeout(STEP_MS);
      await mcpReq.log('info', 'Tool execution completed');
      return text('Logged three times');
    },
  );

  server.registerTool('test_logging_tool', { description: 'Logs once' }, async ({ mcpReq }) => {
    await mcpReq.log('info', 'Logged by test_logging_tool');
    return text('Logged once');
  });

  server.registerTool(
    'test_tool_with_progress',
    { description: 'Tells of three steps, if asked to' },
    async ({ mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progress > 0) await setTimeout(STEP_MS);
        if (progressToken === undefined) continue;
        const params = { progressToken, progress, total: 100 };
        await mcpReq.notify({ method: 'notifications/progress', params });
      }
      return text('Done');
    },
  );

  server.registerTool(
    'test_reconnection',
    { description: 'Closes its stream before it answers' },
    async ({ http }) => {
      await setTimeout(STEP_MS);
      http?.closeSSE?.();
      await setTimeout(STEP_MS);
      return text('Answered after the stream was closed');
    },
  );

  server.registerTool('test_trigger_tool_change', { description: 'Changes the tools' }, () => {
    changes.tools();
    return text('The tools have changed');
  });

  server.registerTool('test_trigger_prompt_change', { description: 'Changes the prompts' }, () => {
    changes.prompts();
    return text('The prompts have changed');
  });
}
