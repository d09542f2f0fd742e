import { once } from 'node:events';
import { request } from 'node:https';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { expect, test } from '@jest/globals';
import { Authority, describeWithCertificates, type Identity } from '../support/certificates.ts';
import { atTestEnd, serve } from '../support/servers.ts';
import { folderWith, runCommand, startCommand } from './support/command.ts';
import { documentFor } from './support/document.ts';

describeWithCertificates('TLS of a document', () => {
  const authority = new Authority('authority');
  const [one, other] = [authority.issue('one.test'), authority.issue('other.test')];
  const client = authority.issue('client');

  /** The certificates in a folder, with a document that names them. */
  async function folderFor(tls: object, files: Readonly<Record<string, Identity>>) {
    const upstream = await serve((_req, res) => void res.end('{}'));
    const pem = Object.entries(files).flatMap(([name, { cert, key }]) => [
      [`${name}.pem`, cert],
      [`${name}.key`, key],
    ]);
    return folderWith({
      ...Object.fromEntries(pem),
      'ca.pem': authority.cert,
      'krakend.json': { ...documentFor(`http://127.0.0.1:${upstream.port}`), tls },
    });
  }

  test('has a certificate for each name, and lets in clients with one of their own', async () => {
    const cwd = await folderFor(
      {
        keys: [keyOf('one'), keyOf('other')],
        enable_mtls: true,
        ca_certs: ['ca.pem'],
      },
      { one, other },
    );
    const { port, line } = await startCommand(['krakend.json'], { cwd });
    expect(await line(/listening/)).toContain(`https://localhost:${port} for /mcp`);
    const known = { ...client, ca: authority.cert };
    for (const [asked, shown] of [
      ['one.test', 'one.test'],
      ['other.test', 'other.test'],
    ] as const) {
      const socket = await connected({ port, servername: asked, ...known });
      expect([asked, socket.getPeerCertificate().subject.CN]).toEqual([asked, shown]);
      expect(socket.getProtocol()).toBe('TLSv1.3');
      expect(await healthOver({ port, servername: asked, ...known })).toBe(200);
    }
    // Of a name that no certificate has, the first is shown, and clients refuse it.
    await expect(connected({ port, servername: 'third.test', ...known })).rejects.toThrow(
      'one.test',
    );
    // Older versions, and clients without a certificate that is known, whichever name they ask for.
    const old = { port, servername: 'one.test', maxVersion: 'TLSv1.2', ...known } as const;
    await expect(connected(old)).rejects.toThrow(/version/);
    const stranger = new Authority('stranger').issue('client');
    for (const servername of ['one.test', 'other.test']) {
      for (const own of [{}, stranger]) {
        const asked = healthOver({ port, servername, ca: authority.cert, ...own });
        await expect(asked).rejects.toThrow(/certificate|unknown ca|ECONNRESET|socket hang up/);
      }
    }
  });

  test('does not start with files that cannot be read or used, which are told in lines', async () => {
    const cwd = await folderFor(
      { keys: [keyOf('one'), keyOf('gone')], min_version: 'TLS12' },
      { one },
    );
    expect(await runCommand(['krakend.json'], { cwd })).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: [
        'tls.keys[1].public_key: gone.pem cannot be read: ENOENT',
        'tls.keys[1].private_key: gone.key cannot be read: ENOENT',
        '',
      ].join('\n'),
    });
    const mixed = await folderFor(
      { public_key: 'one.pem', private_key: 'other.key' },
      { one, other },
    );
    const checked = await runCommand([join(mixed, 'krakend.json'), '--check'], { cwd: mixed });
    expect(checked).toMatchObject({ code: 1, stdout: '' });
    expect(checked.stderr).toMatch(
      /^tls.keys\[0\]: one.pem and other.key cannot be used: .*mismatch.*\n$/,
    );
    const empty = await folderFor(
      { ...keyOf('one'), enable_mtls: true, ca_certs: ['ca.pem', 'one.key'] },
      { one },
    );
    expect(await runCommand(['krakend.json', '--check'], { cwd: empty })).toMatchObject({
      code: 1,
      stderr: 'tls.ca_certs[1]: one.key holds no certificate in PEM\n',
    });
  });
});

function keyOf(name: string): object {
  return { public_key: `${name}.pem`, private_key: `${name}.key` };
}

async function connected(options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', ...options });
  atTestEnd(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

/** With TLS 1.3, a client learns with the first answer that it is refused. */
function healthOver(options: ConnectionOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { servername = '' } = options;
    request(
      { host: '127.0.0.1', path: '/__health', agent: false, ...options, servername },
      (res) => {
        res.resume().on('close', () => resolve(res.statusCode));
      },
    )
      .on('error', reject)
      .end();
  });
}
