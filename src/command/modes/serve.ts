import type { Arguments } from '../arguments.ts';
import type { OpenInput } from '../inputs/input.ts';
import { appFor } from '../server/app.ts';
import { listen } from '../server/listen.ts';
import { LiveApp } from '../server/live-app.ts';
import { logOf } from '../server/log.ts';
import { makeServer } from '../server/make-server.ts';
import { untilSignal } from '../server/until-signal.ts';

/**
 * Serves a file until a signal comes, and then ends in order.
 *
 * @param seen - The fingerprint of the file before it was read, where it is watched.
 */
export async function serve(input: OpenInput, args: Arguments, seen: string): Promise<void> {
  const { port, host } = args;
  const { plan, warnings, endpoints } = input;
  // The reader of the log is gone: that is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const log = logOf(plan.log, (text) => void process.stdout.write(text));
  const live = args.watch ? await LiveApp.start(input, args, seen, log, tellRefused) : undefined;
  const served = live ?? { ...(await appFor(input, log)), graceMs: plan.graceMs };
  const server = makeServer(served.app, plan);
  const signal = untilSignal();
  const where = await listen(server, { port: port ?? plan.port, host: host ?? plan.host });
  for (const { path, message } of warnings) log.say('warn', `${path || 'document'}: ${message}`);
  const scheme = plan.tls === undefined ? 'http' : 'https';
  const paths = endpoints.map(({ path }) => path).join(', ');
  log.say('info', `listening on ${scheme}://${where} for ${paths}`);
  log.say('info', `${await signal}: no new requests; calls finish, streams end`);
  server.close();
  const { graceMs, gateways } = served;
  const grace = graceMs === undefined ? {} : { graceMs };
  await Promise.all([live?.stop(), ...gateways.map((gateway) => gateway.close(grace))]);
  server.closeAllConnections();
  log.say('info', 'ended');
}

function tellRefused(text: string): void {
  process.stderr.write(`${text}\n`);
}
