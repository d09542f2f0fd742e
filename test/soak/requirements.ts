import { spawnSync } from 'node:child_process';
import { NGINX_ENV } from '../../examples/scale-out/nginx.ts';

/** What is missing here to run at all. */
export function missingHere(): string[] {
  const works = (program: string, option: string) =>
    spawnSync(program, [option], { env: NGINX_ENV, stdio: 'ignore' }).status === 0;
  return [
    ...(works('nginx', '-v') ? [] : ['nginx']),
    ...(works('redis-server', '--version') ? [] : ['redis-server']),
    // Where Linux tells what a process has open.
    ...(process.platform === 'linux' ? [] : ['/proc']),
  ];
}
