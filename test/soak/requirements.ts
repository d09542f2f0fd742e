import { spawnSync } from 'node:child_process';
import { NGINX_ENV } from '../../examples/scale-out/nginx.ts';

/** The programs and files that are missing on this machine for a run. */
export function missingHere(): string[] {
  const works = (program: string, option: string) =>
    spawnSync(program, [option], { env: NGINX_ENV, stdio: 'ignore' }).status === 0;
  return [
    ...(works('nginx', '-v') ? [] : ['nginx']),
    ...(works('redis-server', '--version') ? [] : ['redis-server']),
    // Here Linux shows the open files of a process.
    ...(process.platform === 'linux' ? [] : ['/proc']),
  ];
}
