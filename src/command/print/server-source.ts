import { quoted } from '../../lib/quoted.ts';
import type { ServerPlan } from '../server/server-plan.ts';
import { readTls } from '../server/tls.ts';
import type { Source } from './source.ts';

/** The server of a program: how it is made, hardened, and ended. */
export function serverSource(
  source: Source,
  { port, host, tls, limits, maxHeaderSize, graceMs }: ServerPlan,
  gateways: readonly string[],
): string {
  const create = source.import('createServer', 'express-mcp-gateway');
  const options = [
    ...Object.entries(limits).map(([name, value]) => `${name}: ${source.write(value)}`),
    ...(maxHeaderSize === undefined ? [] : [`maxHeaderSize: ${maxHeaderSize}`]),
    ...(tls === undefined ? [] : [`tls: { ${tlsMembers(source, tls).join(', ')} }`]),
  ];
  const given = options.length === 0 ? 'app' : `app, { ${options.join(', ')} }`;
  const grace = graceMs === undefined ? '' : `{ graceMs: ${graceMs} }`;
  const where = source.write({ port, host });
  const closing = gateways.map((name) => `${name}.close(${grace})`).join(', ');
  return [
    `const server = ${create}(${given});`,
    ...(tls === undefined ? [] : namesOf(source, tls)),
    `server.listen(${where});`,
    '',
    "for (const signal of ['SIGTERM', 'SIGINT']) {",
    '  process.once(signal, async () => {',
    '    server.close();',
    `    await Promise.all([${closing}]);`,
    '    server.closeAllConnections();',
    '  });',
    '}',
  ].join('\n');
}

type Tls = NonNullable<ServerPlan['tls']>;

function tlsMembers(source: Source, tls: Tls): string[] {
  const [first] = tls.keys;
  return [
    ...contextMembers(source, tls, first),
    ...(tls.requestCert ? ['requestCert: true', 'rejectUnauthorized: true'] : []),
  ];
}

function contextMembers(
  source: Source,
  { minVersion, ca, requestCert }: Tls,
  pair: Tls['keys'][number] | undefined,
): string[] {
  const read = source.import('readFileSync', 'node:fs');
  const file = (name = '') => `${read}(${quoted(name)})`;
  return [
    `minVersion: '${minVersion}'`,
    `cert: ${file(pair?.cert)}`,
    `key: ${file(pair?.key)}`,
    ...(requestCert ? [`ca: [${ca.map((own) => file(own)).join(', ')}]`] : []),
  ];
}

/** A certificate for each name that is not that of the first. */
function namesOf(source: Source, tls: Tls): string[] {
  return [...readTls(tls).names].map(([name, { place }]) => {
    const members = contextMembers(source, tls, tls.keys[place]);
    return `server.addContext(${quoted(name)}, { ${members.join(', ')} });`;
  });
}
