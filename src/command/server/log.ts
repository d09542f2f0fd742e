import type { AccessLogger } from '../../slots/observe/access-log.ts';
import type { RequestRecord } from '../../slots/observe/observer.ts';
import type { ServerPlan } from './server-plan.ts';

/** What the command writes to the standard output. */
export interface Log extends AccessLogger {
  /** Writes a line that is about no request. The level of the log does not matter. */
  say(level: Level, message: string): void;
}

const LEVELS = ['info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** A line for each request, as text or JSON, and for what happens to the server. */
export function logOf(
  { level: least, format, skip }: ServerPlan['log'],
  write: (text: string) => void,
): Log {
  const line = format === 'json' ? jsonLine : textLine;
  const put = (level: Level, message: string, record: object) => {
    write(`${line(new Date().toISOString(), level, message, record)}\n`);
  };
  const logger = (level: Level) => (record: object, message: string) => {
    const { path = '' } = record as Partial<RequestRecord>;
    if (!skip.includes(path)) put(level, message, record);
  };
  const mute = () => {};
  const from = least === undefined ? LEVELS.length : LEVELS.indexOf(least);
  const [info = mute, warn = mute, error = mute] = LEVELS.map((level, i) => {
    return i < from ? mute : logger(level);
  });
  return { info, warn, error, say: (level, message) => put(level, message, {}) };
}

function jsonLine(time: string, level: Level, message: string, record: object): string {
  return JSON.stringify({ time, level, message, ...record });
}

/** The fields of the line about a request, in this order. */
const FIELDS: readonly [name: string, read: (record: Partial<RequestRecord>) => unknown][] = [
  ['path', ({ path }) => path],
  ['ip', ({ ip }) => ip],
  ['ms', ({ totalMs }) => totalMs && Math.round(totalMs)],
  ['user', ({ user }) => user?.subject],
  ['client', ({ client }) => client?.name],
  ['call', ({ messages = [] }) => messages.map(({ method, name }) => callOf(method, name)).join()],
  ['reason', ({ reason }) => (reason === 'relayed' ? undefined : reason)],
  ['policy', ({ policy }) => policy],
  ['detail', ({ detail }) => detail],
  ['end', ({ end }) => (end === 'complete' ? undefined : end)],
  ['target', ({ target }) => target],
  ['id', ({ requestId }) => requestId],
];

function callOf(method: string | undefined, name: string | undefined): string {
  return [method ?? 'answer', name].filter((own) => own !== undefined).join(':');
}

function textLine(time: string, level: Level, message: string, record: object): string {
  const fields = FIELDS.flatMap(([name, read]) => {
    const value = read(record);
    return value === undefined || value === '' ? [] : [`${name}=${shown(String(value))}`];
  });
  return [time, level.toUpperCase().padEnd(5), message, ...fields].join(' ');
}

/** Peers can write anything: a text that could look like another field or another line stands in quotes. */
function shown(text: string): string {
  if (/^[!#-~]+$/.test(text)) return text;
  return JSON.stringify(text).replaceAll(
    /[^ -~]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
