import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';

/** A certificate and its private key, both PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

interface Validity {
  /** In the format of `openssl ca`: `YYMMDDhhmmssZ`. */
  readonly from?: string;
  readonly to?: string;
}

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('Skipped: tests with certificates (there is no openssl here)\n');
    return false;
  }
})();

/** For tests that need certificates. */
export const describeWithCertificates: typeof describe | typeof describe.skip = hasOpenssl
  ? describe
  : describe.skip;

/** A certificate authority of its own, made by openssl. */
export class Authority {
  readonly #directory = mkdtempSync(join(tmpdir(), 'express-mcp-gateway-ca-'));
  readonly identity: Identity;
  #issued = 0;

  constructor(name: string) {
    this.identity = this.#selfSigned(name, 'ca', ['-addext', 'basicConstraints=critical,CA:TRUE']);
    writeFileSync(this.#path('index.txt'), '');
    writeFileSync(this.#path('config'), CONFIG.replaceAll('DIRECTORY', this.#directory));
    process.once('exit', () => rmSync(this.#directory, { recursive: true, force: true }));
  }

  /** The authority's own certificate. */
  get cert(): string {
    return this.identity.cert;
  }

  /** The path of that file, for `NODE_EXTRA_CA_CERTS`. */
  get file(): string {
    return this.#path('ca.pem');
  }

  /** A certificate for a host or a client. */
  issue(name: string, { from = '000101000000Z', to = '491231235959Z' }: Validity = {}): Identity {
    this.#issued += 1;
    const file = `issued-${this.#issued}`;
    const request = ['req', ...this.#newKey(file), '-out', this.#path(`${file}.csr`)];
    openssl([...request, '-subj', `/CN=${name}`, '-addext', nameOf(name)]);
    openssl([
      ...['ca', '-batch', '-config', this.#path('config'), '-startdate', from, '-enddate', to],
      ...['-in', this.#path(`${file}.csr`), '-out', this.#path(`${file}.pem`), '-notext'],
    ]);
    return this.#read(file);
  }

  /** A self-signed certificate. */
  selfSigned(name: string): Identity {
    this.#issued += 1;
    return this.#selfSigned(name, `self-signed-${this.#issued}`, ['-addext', nameOf(name)]);
  }

  #selfSigned(name: string, file: string, extensions: readonly string[]): Identity {
    const out = ['-out', this.#path(`${file}.pem`), '-days', '2', '-subj', `/CN=${name}`];
    openssl(['req', '-x509', ...this.#newKey(file), ...out, ...extensions]);
    return this.#read(file);
  }

  #newKey(file: string): string[] {
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    return [...kind, '-keyout', this.#path(`${file}.key`)];
  }

  #read(file: string): Identity {
    const read = (name: string) => readFileSync(this.#path(name), 'utf8');
    return { cert: read(`${file}.pem`), key: read(`${file}.key`) };
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

/** The same key, encrypted. */
export function encrypted(key: string, passphrase: string): string {
  return openssl(['pkey', '-aes256', '-passout', `pass:${passphrase}`], key);
}

function openssl(args: readonly string[], input = ''): string {
  return execFileSync('openssl', args, { input, stdio: 'pipe', encoding: 'utf8' });
}

function nameOf(name: string): string {
  return `subjectAltName=${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}`;
}

const CONFIG = `
[ca]
default_ca = authority
[authority]
database = DIRECTORY/index.txt
new_certs_dir = DIRECTORY
certificate = DIRECTORY/ca.pem
private_key = DIRECTORY/ca.key
rand_serial = yes
unique_subject = no
default_md = sha256
copy_extensions = copy
policy = policy
[policy]
commonName = supplied
`;
