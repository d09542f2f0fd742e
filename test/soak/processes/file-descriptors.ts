import { readdir, readlink } from 'node:fs/promises';

/** The open file descriptors of a process, by kind: sockets, pipes, files. */
export async function fileDescriptors(pid: number): Promise<Record<string, number>> {
  const folder = `/proc/${pid}/fd`;
  const counts: Record<string, number> = {};
  for (const fd of await readdir(folder)) {
    // `socket:[1234]`, `pipe:[5]`, `anon_inode:[eventpoll]`, or a path.
    const target = await readlink(`${folder}/${fd}`).catch(() => 'gone');
    const kind = target.replace(/:\[\d+\]$/, '');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
