import { readFileSync } from 'node:fs';
import { nodeTls } from '../../lib/built-in.ts';
import { quoted } from '../../lib/quoted.ts';
import type { TlsOptions } from '../../relay/network/tls.ts';
import type { Notes } from '../notes.ts';
import type { ClientTlsValues } from '../table/client-tls.ts';
import { written } from '../written.ts';
import type { Draft, Source } from './config-parts.ts';

/** TLS and the proxy towards the backend. */
export function addNetwork({ root, notes, group }: Source, draft: Draft): void {
  const [{ backend }] = group;
  const client = backend.extra['backend/http/client'];
  const place = backend.extraNotes.at('backend/http/client');
  const hasTools = group[0].extra['ai/mcp'] !== undefined;
  if (client?.no_redirect !== true && !hasTools) {
    notes.warn('redirects of a backend are not followed here: they are answered with 502');
  }
  if (client?.proxy_address !== undefined) draft.proxy = client.proxy_address;
  const own = client?.client_tls;
  const tls = own ?? root.client_tls;
  if (tls === undefined) return;
  const read = readClientTls(
    own === undefined ? notes.at('client_tls') : place.at('client_tls'),
    tls,
  );
  const urls = [draft.target ?? ''].flat().map(String);
  if (read !== undefined && urls.some((url) => url.startsWith('https:'))) draft.tls = read;
}

function readClientTls(notes: Notes, values: ClientTlsValues): TlsOptions | undefined {
  const {
    ca_certs: authorities = [],
    client_certs: certs = [],
    disable_system_ca_pool: alone,
  } = values;
  for (const key of ['min_version', 'max_version'] as const) {
    if (values[key] !== undefined) {
      notes.at(key).warn('the versions of TLS are those of Node');
    }
  }
  if (alone === true && authorities.length === 0) {
    notes
      .at('ca_certs')
      .refuse('with disable_system_ca_pool no authority is trusted; write those that are');
  }
  if (certs.length > 1) notes.at('client_certs').refuse('write one certificate');
  const given = authorities.flatMap((file, i) => readPem(notes.at('ca_certs').at(i), file) ?? []);
  const [own] = certs;
  const place = notes.at('client_certs').at(0);
  const cert = own && readPem(place.at('certificate'), own.certificate);
  const key = own && readPem(place.at('private_key'), own.private_key);
  if (given.length === 0 && cert === undefined) return undefined;
  const files = authorities.map(readText);
  const ca = alone === true ? files : ['...rootCertificates', ...files];
  const pair = [`cert: ${readText(own?.certificate)}`, `key: ${readText(own?.private_key)}`];
  const members = [
    ...(given.length > 0 ? [`ca: [${ca.join(', ')}]`] : []),
    ...(cert !== undefined && key !== undefined ? pair : []),
  ];
  const options: TlsOptions = {
    ...(given.length > 0 && {
      ca: alone === true ? given : [...nodeTls().rootCertificates, ...given],
    }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  };
  return written(options, {
    text: `{ ${members.join(', ')} }`,
    imports: {
      readFileSync: 'node:fs',
      ...(given.length > 0 && alone !== true && { rootCertificates: 'node:tls' }),
    },
  });
}

/** The code by which a printed program reads a file. */
function readText(file = ''): string {
  return `readFileSync(${quoted(file)}, 'utf8')`;
}

function readPem(notes: Notes, file: string | undefined): string | undefined {
  try {
    return readFileSync(file ?? '', 'utf8');
  } catch {
    notes.refuse('this file cannot be read');
    return undefined;
  }
}
