/** The client that the suite starts, with the URL of its server as the last argument. */
import { runClient } from './run-client.ts';

await runClient(process.argv.at(-1) ?? '');
