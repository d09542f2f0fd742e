/** The forms of a date that a recipient has to take (RFC 9110 section 5.6.7); the last one has no zone. */
const DATE = /^[A-Z][a-z]{2,8}, [\w -]{9,11} [\d:]{8} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}$/;

/**
 * How long `Retry-After` (RFC 9110 section 10.2.3) asks to wait, in milliseconds; undefined where it says
 * nothing of use: a time that is over, `0`, or what is neither seconds nor a date.
 *
 * @param now - The time as `Date.now()` gives it, to which a date is compared.
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : timeOf(value) - now;
  return ms > 0 ? ms : undefined;
}

/** The value of `Retry-After` for a time in milliseconds: whole seconds, at least one. */
export function retryAfterSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

function timeOf(value: string): number {
  if (DATE.test(value)) return Date.parse(value);
  return ASCTIME_DATE.test(value) ? Date.parse(`${value} GMT`) : Number.NaN;
}
