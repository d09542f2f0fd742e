import dns, { type LookupAddress } from 'node:dns';
import { promises as files } from 'node:fs';
import { isIP } from 'node:net';
import { atTestEnd } from './servers.ts';

/** The result of a look-up; `'silence'` means that no answer comes. */
export type NameAnswer = readonly LookupAddress[] | 'silence' | { readonly code: string };

export const HERE: readonly LookupAddress[] = [{ address: '127.0.0.1', family: 4 }];

/** Look-ups of names as the test sets them, in place of those of the machine, with two threads. */
export interface NameServers {
  /** The names whose look-up has begun, in order. */
  readonly asked: string[];
  /** The results by name. A name that is not there fails at once. */
  readonly answers: Map<string, NameAnswer>;
  /** The hosts file of the machine while all name servers are silent; undefined if they are not silent. */
  hostsFile: string | undefined;
}

const THREADS = 2;

/** Replaces `dns.lookup`, and the resolver that asks name servers directly. */
export function nameServers(answers: Readonly<Record<string, NameAnswer>>): NameServers {
  const own: NameServers = {
    asked: [],
    answers: new Map(Object.entries(answers)),
    hostsFile: undefined,
  };
  const answerFor = (name: string) => own.answers.get(name) ?? { code: 'ENOTFOUND' };
  const waiting: (() => void)[] = [];
  const hanging: (() => void)[] = [];
  let running = 0;
  const next = () => {
    while (running < THREADS) {
      const work = waiting.shift();
      if (work === undefined) return;
      running += 1;
      work();
    }
  };
  const { lookup } = dns;
  const { Resolver } = dns.promises;
  const fake = (name: string, options: { all?: boolean }, done: (...given: unknown[]) => void) => {
    // A server that listens at an address calls `lookup` as well.
    if (isIP(name) !== 0) {
      Reflect.apply(lookup, dns, [name, options, done]);
      return;
    }
    waiting.push(() => {
      own.asked.push(name);
      const answer = answerFor(name);
      // A thread that hangs is not available again until the test is over.
      if (answer === 'silence') {
        hanging.push(() => done(Object.assign(new Error('silence'), { code: 'EAI_AGAIN' })));
        return;
      }
      setImmediate(() => {
        running -= 1;
        next();
        if ('code' in answer) done(Object.assign(new Error(`getaddrinfo ${answer.code}`), answer));
        else if (options.all) done(null, answer);
        else done(null, answer[0]?.address, answer[0]?.family);
      });
    });
    next();
  };
  class FakeResolver {
    async resolve4(name: string): Promise<string[]> {
      if (own.hostsFile === undefined && answerFor(name) !== 'silence') return [];
      await new Promise((resolve) => setTimeout(resolve, 100));
      throw Object.assign(new Error('no answer'), { code: 'ETIMEOUT' });
    }
    resolve6 = this.resolve4;
  }
  const { readFile } = files;
  const fakeRead = async (path: string, ...rest: unknown[]) =>
    path === '/etc/hosts' ? (own.hostsFile ?? '') : Reflect.apply(readFile, files, [path, ...rest]);
  Object.assign(dns, { lookup: fake });
  Object.assign(dns.promises, { Resolver: FakeResolver });
  Object.assign(files, { readFile: fakeRead });
  atTestEnd(async () => {
    own.answers.clear();
    for (const giveUp of hanging) giveUp();
    running = 0;
    next();
    // Until all look-ups that waited for a thread have run.
    for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
    Object.assign(dns, { lookup });
    Object.assign(dns.promises, { Resolver });
    Object.assign(files, { readFile });
  });
  return own;
}
