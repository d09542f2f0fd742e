import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

/** What the kernel says of a process and those that it has started. Undefined: there is no such kernel. */
export interface Usage {
  /** Time on the CPU of all threads, in microseconds. */
  readonly cpuMicros: number;
  /** Memory in the machine, in kilobytes. */
  readonly rss: number;
  /** The most that this has been, since the process started or {@link forgetPeak}. */
  readonly peak: number;
}

/** Exact to the nanosecond, where `utime` and `stime` count ticks of 10 ms. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const all = familyOf(pid).map((each) => {
      const status = readFileSync(`/proc/${each}/status`, 'utf8');
      return {
        cpuMicros: threadsOf(each).reduce((sum, thread) => sum + nanosOf(each, thread), 0) / 1000,
        rss: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]),
        peak: Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]),
      };
    });
    return all.reduce((sum, each) => ({
      cpuMicros: sum.cpuMicros + each.cpuMicros,
      rss: sum.rss + each.rss,
      peak: sum.peak + each.peak,
    }));
  } catch {
    return undefined;
  }
}

/** From now on the peak is that of what comes. */
export function forgetPeak(pid: number): void {
  for (const each of familyOf(pid)) writeFileSync(`/proc/${each}/clear_refs`, '5');
}

/** How many sockets the process has open. */
export function socketsOf(pid: number): number | undefined {
  try {
    const files = familyOf(pid).flatMap((each) =>
      readdirSync(`/proc/${each}/fd`).map((fd) => targetOf(`/proc/${each}/fd/${fd}`)),
    );
    return files.filter((file) => file.startsWith('socket:')).length;
  } catch {
    return undefined;
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    // It was closed since.
    return '';
  }
}

function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return [pid, ...children.split(' ').filter(Boolean).map(Number).flatMap(familyOf)];
}

function threadsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`);
}

function nanosOf(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    // It has ended since.
    return 0;
  }
}
