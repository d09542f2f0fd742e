import { type CelFunc, CelScalar, celMethod, objectType } from '@bufbuild/cel';
import { type Timestamp, TimestampSchema, timestampMs } from '@bufbuild/protobuf/wkt';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { budget } from '../budget.ts';

/** How many time zones are remembered. */
const MOST_ZONES = 100;
/** How many steps it takes to load a time zone that is not known yet, and to use one. */
const STEPS_PER_NEW_ZONE = 10_000;
const STEPS_PER_ZONE = 20;
/** The longest name of a time zone. */
const LONGEST_ZONE = 64;

const { INT, STRING } = CelScalar;
const TIMESTAMP = objectType(TimestampSchema);
const DAY_MS = 86_400_000;

/** The methods that read a part of a time. Each takes a date whose UTC is the time in the zone. */
const PARTS: Readonly<Record<string, (date: Date) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: (date) => Math.floor((date.getTime() - startOfYear(date)) / DAY_MS),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};

/**
 * The parts of a time, in UTC or in a zone. The library's own methods depend on the time zone of the process:
 * they are off by an hour, or a day, around its summer time.
 */
export const TIMES: CelFunc[] = Object.entries(PARTS).flatMap(([name, read]) => [
  celMethod(name, TIMESTAMP, [], INT, function () {
    return BigInt(read(new Date(timestampMs(this.message as Timestamp))));
  }),
  celMethod(name, TIMESTAMP, [STRING], INT, function (zone) {
    budget.spend(STEPS_PER_ZONE);
    return BigInt(read(inZone(timestampMs(this.message as Timestamp), zone)));
  }),
]);

function startOfYear(date: Date): number {
  const start = new Date(date);
  start.setUTCMonth(0, 1);
  return start.setUTCHours(0, 0, 0, 0);
}

/** `zone` is `+05:30`, `-08:00`, or a name of the IANA. */
function inZone(time: number, zone: string): Date {
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (offset !== null) {
    const [, sign, hours, minutes] = offset;
    const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return new Date(time + (sign === '-' ? -ms : ms));
  }
  const parts: Record<string, number> = {};
  for (const { type, value } of formatFor(zone).formatToParts(time)) parts[type] = Number(value);
  const { year = 0, month = 0, day, hour, minute, second } = parts;
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second, time - floor(time)));
  date.setUTCFullYear(year, month - 1, day);
  return date;
}

/** The time without its milliseconds. */
function floor(time: number): number {
  return Math.floor(time / 1000) * 1000;
}

const formats = new BoundedMap<string, Intl.DateTimeFormat>(MOST_ZONES);

function formatFor(zone: string): Intl.DateTimeFormat {
  if (zone.length > LONGEST_ZONE) throw new Error('The text is not a time zone');
  const known = formats.get(zone);
  if (known !== undefined) return known;
  budget.spend(STEPS_PER_NEW_ZONE);
  const format = new Intl.DateTimeFormat('en-US', {
    calendar: 'iso8601',
    hourCycle: 'h23',
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}
