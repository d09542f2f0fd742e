import type { GatewayTimeoutOptions } from '../../config.ts';
import type { Source } from './config-parts.ts';

/** The timers of a gateway. KrakenD's own default of two seconds is not taken over. */
export function timeoutsOf({ root, group, notes }: Source): GatewayTimeoutOptions | undefined {
  const { dialer_timeout: connect = 0, response_header_timeout: head = 0 } = root;
  // The timer counts for POST: a GET opens a stream, which is never cut.
  const posting = group.find(({ method }) => method === 'POST') ?? group[0];
  const isOwn = (posting.values.timeout ?? 0) > 0;
  const whole = isOwn ? (posting.values.timeout ?? 0) : (root.timeout ?? 0);
  for (const { method, values, notes } of group) {
    if (method === 'GET' && values.timeout !== undefined) {
      notes.at('timeout').warn('event streams are not cut after a time, as KrakenD does');
    }
  }
  const response = Math.min(...[whole, head].filter((ms) => ms > 0));
  if (whole > 0) {
    (isOwn ? posting.notes : notes)
      .at('timeout')
      .warn(
        'it is for the head of an answer, and for silence within one that is no event stream; KrakenD cuts the whole of it',
      );
  }
  const options = {
    ...(connect >= 1 && { connect }),
    ...(Number.isFinite(response) && { response: Math.max(response, 1) }),
    ...(whole > 0 && { idle: Math.max(whole, 1) }),
  };
  return Object.keys(options).length === 0 ? undefined : options;
}
