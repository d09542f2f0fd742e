import dns from 'node:dns';
import { isInHostsFile } from './hosts-file.ts';
import { Names } from './names.ts';

/** The first try of a name server, and the second, which takes twice as long. */
const PROBE = { timeout: 700, tries: 2 };

/** The names of this process, because it has one pool of threads for all of its look-ups. */
export const processNames: Names = new Names({
  // `dns.lookup` is read at each call: code that replaces it expects that.
  lookup: (hostname, options, callback) => dns.lookup(hostname, options, callback),
  probe: isAnswered,
  slots: lookupsAtOnce(),
  now: () => performance.now(),
});

/** Half of libuv's threads, rounded up. */
function lookupsAtOnce(): number {
  const threads = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '4', 10);
  return Math.ceil(Math.min(Math.max(threads || 1, 1), 1024) / 2);
}

/**
 * Asks name servers without a thread. `getaddrinfo` asks for both kinds of address, and may wait for
 * either; it asks for none where the hosts file has the name.
 */
async function isAnswered(hostname: string): Promise<boolean> {
  if (await isInHostsFile(hostname)) return true;
  const resolver = new dns.promises.Resolver(PROBE);
  const answers = [resolver.resolve4(hostname), resolver.resolve6(hostname)];
  const results = await Promise.allSettled(answers);
  return results.every((result) => result.status === 'fulfilled' || !isSilence(result.reason));
}

function isSilence({ code }: NodeJS.ErrnoException): boolean {
  return code === dns.TIMEOUT;
}
