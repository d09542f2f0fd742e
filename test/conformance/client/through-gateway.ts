/** The same client, with a gateway between it and the suite's server. */
import { upstreamAuth } from '../../../src/index.ts';
import { startGateway } from '../gateway.ts';
import { runClient } from './run-client.ts';

const gateway = await startGateway(process.argv.at(-1) ?? '', (url) =>
  process.env.MCP_CONFORMANCE_SCENARIO?.startsWith('auth/')
    ? { publicUrl: url, auth: upstreamAuth() }
    : {},
);
try {
  await runClient(gateway.url);
} finally {
  await gateway.close();
}
