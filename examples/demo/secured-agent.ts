import assert from 'node:assert/strict';
import { InsufficientScopeError } from '@modelcontextprotocol/client';
import { connect } from './connect.ts';

/**
 * An agent at an endpoint that needs a token: without a token it is refused, with one it can call a tool.
 * Another tool needs a scope as well; the agent learns its name when the call is refused.
 */
export async function runSecuredAgent(
  url: URL,
  tokenFor: (scopes: readonly string[]) => Promise<string>,
): Promise<void> {
  await assert.rejects(connect(url), /HTTP 401/);

  const agent = await connect(url, bearer(await tokenFor([])));
  await agent.callTool({ name: 'add', arguments: { a: 2, b: 3 } });
  const needed = await scopeFor(() => agent.callTool({ name: 'wipe' }));
  await agent.close();

  const trusted = await connect(url, bearer(await tokenFor([needed])));
  await trusted.callTool({ name: 'wipe' });
  await trusted.close();
}

/** The scope that the refusal of a call names. */
async function scopeFor(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof InsufficientScopeError) return error.requiredScope ?? '';
    throw error;
  }
  throw new Error('The call needed no scope');
}

function bearer(token: string) {
  return { Authorization: `Bearer ${token}` };
}
