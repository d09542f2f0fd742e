import { ProtocolError } from '@modelcontextprotocol/client';
import { connect } from './connect.ts';

/** What an agent does that calls too often: it goes on until it is told to wait, in these words. */
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
