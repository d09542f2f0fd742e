import { ProtocolError } from '@modelcontextprotocol/client';
import { connect } from './connect.ts';

/** An agent that calls too often: it goes on until a limit refuses a call. Gives the message of that error. */
export async function runLimitedAgent(url: URL): Promise<string> {
  const agent = await connect(url);
  try {
    for (;;) await agent.callTool({ name: 'add', arguments: { a: 2, b: 3 } });
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== 429) throw error;
    return error.message;
  } finally {
    await agent.close();
  }
}
