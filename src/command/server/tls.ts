import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import type { KrakendTls } from '../../krakend/listen.ts';
import { CommandError, systemCode } from '../command-error.ts';

/** A certificate of several. */
export interface NamedCertificate {
  /** Its index in the list of keys. */
  readonly place: number;
  readonly context: SecureContextOptions;
}

/** The options of a server with TLS, and the certificates for the names that it has. */
export interface ServerTls {
  readonly options: TlsOptions;
  /** By the name that a client asks for; where it asks for none of them, it gets the first certificate. */
  readonly names: ReadonlyMap<string, NamedCertificate>;
}

/**
 * Reads the files of certificates and keys.
 *
 * @throws {CommandError} with every file that cannot be read or used.
 */
export function readTls({ keys, ca: authorities, minVersion, requestCert }: KrakendTls): ServerTls {
  const problems: string[] = [];
  const read = (place: string, file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      problems.push(`${place}: ${file} cannot be read: ${systemCode(error) ?? error}`);
      return '';
    }
  };
  const ca = authorities.map((file, i) => read(`tls.ca_certs[${i}]`, file));
  const pairs = keys.map(({ cert, key }, i) => ({
    cert: read(`tls.keys[${i}].public_key`, cert),
    key: read(`tls.keys[${i}].private_key`, key),
  }));
  if (problems.length === 0) {
    for (const [i, pair] of pairs.entries()) {
      const problem = problemOf({ ...pair, ca });
      const { cert, key } = keys[i] as (typeof keys)[number];
      if (problem !== undefined) {
        problems.push(`tls.keys[${i}]: ${cert} and ${key} cannot be used: ${problem}`);
      }
    }
    for (const [i, text] of ca.entries()) {
      if (!isCertificate(text)) {
        problems.push(`tls.ca_certs[${i}]: ${authorities[i]} holds no certificate in PEM`);
      }
    }
  }
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  const shared = { minVersion, ...(requestCert && { ca }) } satisfies SecureContextOptions;
  const contexts = pairs.map((pair) => ({ ...shared, ...pair }));
  const names = new Map<string, NamedCertificate>();
  for (const [place, context] of contexts.entries()) {
    for (const name of namesIn(context.cert)) {
      // The first certificate with a name is used for that name.
      if (!names.has(name)) names.set(name, { place, context });
    }
  }
  return {
    options: { ...contexts[0], requestCert, rejectUnauthorized: requestCert },
    names: contexts.length > 1 ? names : new Map(),
  };
}

function problemOf(options: SecureContextOptions): string | undefined {
  try {
    createSecureContext(options);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether a text holds a certificate. Node takes a file without any, and then no client gets in. */
function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}

function namesIn(cert: string): string[] {
  const { subjectAltName = '' } = new X509Certificate(cert);
  return [...subjectAltName.matchAll(/DNS:([^,\s"]+)/g)].map(([, name = '']) => name);
}
