import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/** Debian installs nginx in a folder that is not in the `PATH` of users other than root. */
export const NGINX_ENV: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin`,
};

/** The configuration around `nginx.conf`: one process, and no file outside of its folder. */
const AROUND = `
daemon off;
pid nginx.pid;
error_log stderr error;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  include gateways.conf;
}
`;

/**
 * Writes to `folder` what nginx needs to listen on `port` in front of gateways on these ports: `nginx.conf`
 * from beside this file, with their ports. Gives the arguments to start it with.
 */
export async function configureNginx(
  folder: string,
  port: number,
  gateways: readonly number[],
): Promise<string[]> {
  const user = userInfo();
  const main = user.uid === 0 ? `user ${user.username};${AROUND}` : AROUND;
  await writeFile(join(folder, 'nginx.conf'), main);
  await writeFile(join(folder, 'gateways.conf'), await withPorts(port, gateways));
  return ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'];
}

async function withPorts(port: number, gateways: readonly number[]): Promise<string> {
  const text = await readFile(new URL('nginx.conf', import.meta.url), 'utf8');
  const [first = '', ...others] = text.match(/^ *server 127\.0\.0\.1:\d+ .*;\n/gm) ?? [];
  const servers = gateways.map((gateway) => first.replace(/:\d+/, `:${gateway}`));
  return others
    .reduce((rest, line) => rest.replace(line, ''), text)
    .replace(first, servers.join(''))
    .replace(/listen 127\.0\.0\.1:\d+;/, `listen 127.0.0.1:${port};`);
}
