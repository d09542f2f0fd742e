import { promises as files } from 'node:fs';

const PATH =
  process.platform === 'win32'
    ? `${process.env.SystemRoot}\\System32\\drivers\\etc\\hosts`
    : '/etc/hosts';

/**
 * Whether this machine's own file gives the addresses of a name: no name server has to be asked then.
 *
 * @see hosts(5)
 */
export async function isInHostsFile(hostname: string): Promise<boolean> {
  const wanted = hostname.toLowerCase().replace(/\.$/, '');
  const text = await files.readFile(PATH, 'utf8').catch(() => '');
  return text
    .toLowerCase()
    .split('\n')
    .some((line) => namesIn(line).includes(wanted));
}

/** The address comes first, a comment last. */
function namesIn(line: string): string[] {
  const [, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
  return names;
}
