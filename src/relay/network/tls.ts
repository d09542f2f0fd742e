import { createPrivateKey, hash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { TlsSettings } from '../../engine/network/network.ts';
import { nodeTls } from '../../lib/built-in.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';

/** TLS towards the upstream. What it has in common with `tls.connect` of Node is named and given as there. */
export interface TlsOptions {
  /**
   * The certificates, PEM, of the authorities that may have signed the upstream's, in place of those that
   * Node trusts, `NODE_EXTRA_CA_CERTS` included. Default: those.
   */
  readonly ca?: Pem | undefined;
  /**
   * The client certificate for an upstream that asks for one, PEM, with the certificates between it and its
   * authority.
   */
  readonly cert?: Pem | undefined;
  /** The private key of `cert`, PEM. */
  readonly key?: SecureContextOptions['key'] | undefined;
  /** What the key is encrypted with. */
  readonly passphrase?: string | undefined;
  /** The name that TLS asks for; the certificate has to be for it. Default: the host of `target`. */
  readonly servername?: string | undefined;
  /**
   * Whether any certificate will do: expired, for another name, of an unknown authority. An attacker who is on the
   * way can then read and change everything. Default: `false`.
   */
  readonly unsafeAllowInvalidCertificates?: boolean | undefined;
}

/** One or several, as text or as read from a file. */
export type Pem = string | Buffer | readonly (string | Buffer)[];

const OPTIONS = [
  'ca',
  'cert',
  'key',
  'passphrase',
  'servername',
  'unsafeAllowInvalidCertificates',
] as const;

const HINTS = {
  rejectUnauthorized:
    'use unsafeAllowInvalidCertificates: true in place of rejectUnauthorized: false',
  pfx: 'use ca, cert and key, in PEM: openssl pkcs12 -in FILE -nodes',
  checkServerIdentity: 'use servername, the name that the certificate is for',
};

/** Reads the option. No key, passphrase or certificate is shown in a problem. */
export function readTls(problems: ConfigProblems, options: TlsOptions): TlsSettings | undefined {
  if (!problems.keys(options, OPTIONS, "{ ca: readFileSync('ca.pem') }", HINTS)) return undefined;
  const { servername, unsafeAllowInvalidCertificates: isUnsafe = false } = options;
  if (servername !== undefined && !isServerName(servername)) {
    problems
      .at('servername')
      .add(servername, "a host name, like 'mcp.example'; none is an address");
  }
  problems.at('unsafeAllowInvalidCertificates').flag(isUnsafe);
  return {
    secureContext: readSecureContext(problems, options),
    servername,
    acceptsInvalidCertificates: isUnsafe === true,
    fingerprint: hash('sha256', JSON.stringify(OPTIONS.map((name) => options[name] ?? null))),
  };
}

/** RFC 6066 section 3: names only. */
function isServerName(value: unknown): boolean {
  return typeof value === 'string' && /^[\w.-]+$/.test(value) && isIP(value) === 0;
}

function readSecureContext(
  problems: ConfigProblems,
  { ca, cert, key, passphrase }: TlsOptions,
): SecureContext | undefined {
  const isKnown = [
    ca === undefined || checkCertificates(problems.at('ca'), ca),
    cert === undefined || checkCertificates(problems.at('cert'), cert),
    key === undefined || checkKey(problems, key, passphrase),
  ].every(Boolean);
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? 'cert' : 'key';
    problems.at(missing).add(undefined, 'both: cert and its key');
    return undefined;
  }
  if (key === undefined && passphrase !== undefined) {
    problems.at('passphrase').addSecret(passphrase, 'nothing: there is no key', 'conflict');
  }
  if (!isKnown || (ca === undefined && cert === undefined)) return undefined;
  try {
    return nodeTls().createSecureContext({
      ...(ca !== undefined && { ca: [ca].flat() }),
      ...(cert !== undefined && { cert: [cert].flat(), key }),
      ...(passphrase !== undefined && { passphrase }),
    });
  } catch {
    problems.at('key').addSecret(key, 'the private key of the certificate in cert', 'conflict');
    return undefined;
  }
}

const BEGIN = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g;
const BLOCK = new RegExp(`${BEGIN.source}.*?-----END [A-Z0-9 ]+-----`, 'gs');

/** Node takes what it cannot read for a list of no certificates, and fails with each request. */
function checkCertificates(problems: ConfigProblems, value: unknown): boolean {
  const isRead = [value].flat().every((pem) => isPem(pem) && areCertificates(pem.toString()));
  if (isRead && !isEmptyList(value)) return true;
  problems.addSecret(value, "certificates in PEM (not a file's name: readFileSync(name))");
  return false;
}

function areCertificates(text: string): boolean {
  const blocks = text.match(BLOCK) ?? [];
  // A certificate that was cut off has no end.
  const isWhole = blocks.length > 0 && blocks.length === text.match(BEGIN)?.length;
  return isWhole && blocks.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

function checkKey(problems: ConfigProblems, value: unknown, passphrase: unknown): boolean {
  if (passphrase !== undefined && typeof passphrase !== 'string') {
    problems.at('passphrase').addSecret(passphrase, 'a text', 'wrong_type');
    return false;
  }
  const keys = [value].flat().map((key) => (isPem(key) ? { pem: key } : key));
  for (const key of keys) {
    const { pem, passphrase: own = passphrase } = (key ?? {}) as Record<string, unknown>;
    if (!isPem(pem)) return noKey(problems, value);
    try {
      // Node would ask the terminal for a passphrase that is not there.
      createPrivateKey({ key: pem, passphrase: typeof own === 'string' ? own : '' });
    } catch {
      if (!/ENCRYPTED/.test(pem.toString())) return noKey(problems, value);
      problems.at('passphrase').addSecret(own, 'the passphrase that the key is encrypted with');
      return false;
    }
  }
  return !isEmptyList(value) || noKey(problems, value);
}

function noKey(problems: ConfigProblems, value: unknown): false {
  problems
    .at('key')
    .addSecret(value, "a private key in PEM (not a file's name: readFileSync(name))");
  return false;
}

function isPem(value: unknown): value is string | Buffer {
  return typeof value === 'string' || Buffer.isBuffer(value);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
