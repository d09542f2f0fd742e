/** The same client, with a gateway between it and the suite's server. */
import { startGateway } from '../gateway.ts';
import { runClient } from './run-client.ts';

const gateway = await startGateway(process.argv.at(-1) ?? '');
try {
  await runClient(gateway.url);
} finally {
  await gateway.close();
}
