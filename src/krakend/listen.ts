import { isIP } from 'node:net';
import type { HardenServerOptions } from '../harden-server.ts';
import { healthPathOf } from './health-path.ts';
import { type KrakendLog, logOf } from './log.ts';
import type { Notes } from './notes.ts';
import type { TlsValues } from './table/client-tls.ts';
import type { RootValues } from './table/root.ts';

/** TLS of the server, as the document has it: paths of files in PEM. */
export interface KrakendTls {
  /** A certificate and its key for each name. */
  readonly keys: readonly { readonly cert: string; readonly key: string }[];
  /** The oldest version of TLS. */
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** The authorities of the certificates of clients. */
  readonly ca: readonly string[];
  /** Whether clients need a certificate. */
  readonly requestCert: boolean;
}

/** What the document says of the server. It is data: `fromKrakend` opens no port. */
export interface KrakendListen {
  /** The port on which it listens; 8080 where the document says nothing. */
  readonly port: number;
  /** The address on which it listens. Undefined: all addresses. */
  readonly host: string | undefined;
  /** Undefined: no TLS. */
  readonly tls: KrakendTls | undefined;
  /** For `createServer`, or `hardenServer`. */
  readonly limits: HardenServerOptions;
  /** For `createServer`, in bytes; undefined: Node's. */
  readonly maxHeaderSize: number | undefined;
  /** How long `close()` may take, in milliseconds; undefined: its default. */
  readonly graceMs: number | undefined;
  /** The path at which the server reports its health; undefined: none. */
  readonly healthPath: string | undefined;
  /** The bodies of answers for unknown paths (404) and methods (405), by the status. */
  readonly errorBody: { readonly 404?: object | undefined; readonly 405?: object | undefined };
  /** How requests are logged. */
  readonly log: KrakendLog;
}

/** Reads the settings of the server. */
export function listenOf(notes: Notes, root: RootValues): KrakendListen {
  const { port = 0, listen_ip: host, max_header_bytes: maxHeader = 0 } = root;
  const { max_shutdown_wait_time: grace = 0, extra_config: extra = {} } = root;
  if (port > 65_535) notes.at('port').refuse('write a port up to 65535');
  if (host !== undefined && isIP(host) === 0) {
    notes.at('listen_ip').refuse('KrakenD does not start with a name here; write an address');
  }
  if (maxHeader > 0) {
    notes
      .at('max_header_bytes')
      .warn('it holds where the server is made with listen.maxHeaderSize');
  }
  const limits = {
    headersTimeout: root.read_header_timeout ?? 0,
    requestTimeout: root.read_timeout ?? 0,
    keepAliveTimeout: root.idle_timeout ?? 0,
  };
  return {
    port: port === 0 ? 8080 : port,
    host,
    tls: root.tls === undefined ? undefined : readTls(notes.at('tls'), root.tls),
    limits: Object.fromEntries(Object.entries(limits).filter(([, ms]) => ms >= 1)),
    maxHeaderSize: maxHeader > 0 ? maxHeader : undefined,
    graceMs: grace >= 1 ? grace : undefined,
    healthPath: healthPathOf(notes.at('extra_config').at('router').at('health_path'), root),
    errorBody: extra.router?.error_body ?? {},
    log: logOf(root),
  };
}

function readTls(notes: Notes, values: TlsValues): KrakendTls | undefined {
  if (values.disabled === true) return undefined;
  const { keys = [], public_key: cert, private_key: key, min_version: least = 'TLS13' } = values;
  const all = [...keys, ...(cert === undefined && key === undefined ? [] : [values])];
  const pairs = all.flatMap(({ public_key: cert, private_key: key }) => {
    return cert === undefined || key === undefined ? [] : [{ cert, key }];
  });
  if (pairs.length === 0 || pairs.length < all.length) {
    notes.at('keys').refuse('write a public_key and a private_key for each name');
  }
  if (!/^TLS1[23]$/.test(least)) notes.at('min_version').refuse('write TLS12 or TLS13');
  if (values.max_version !== undefined) {
    notes.at('max_version').warn('the newest version of TLS is that of Node');
  }
  const { enable_mtls: requestCert = false, ca_certs: ca = [] } = values;
  if (values.max_version !== undefined && values.max_version !== 'TLS13') {
    notes.at('max_version').warn('newer versions of TLS are served too');
  }
  if (requestCert && ca.length === 0) {
    notes.at('ca_certs').refuse('write the authorities of the certificates of clients');
  }
  notes.warn(
    'the server that listens has to serve TLS, and to ask for certificates: listen.tls says how',
  );
  return { keys: pairs, minVersion: least === 'TLS12' ? 'TLSv1.2' : 'TLSv1.3', ca, requestCert };
}
