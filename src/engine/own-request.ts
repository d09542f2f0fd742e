import { noop } from '../lib/noop.ts';
import type { UpstreamBody, UpstreamListener } from './engine.ts';

/** The body of a request on the gateway's own account: none. */
export const NO_BODY: UpstreamBody = { sendTo: (outgoing) => void outgoing.end() };

/** For a listener that waits for the answer alone: it ignores what becomes of the request until then. */
export const UNTIL_ANSWERED: Omit<UpstreamListener, 'onAnswer' | 'onFailure'> = {
  onConnecting: noop,
  onConnected: noop,
  onBodyBytes: noop,
  onBodySent: noop,
  onBodyBlocked: noop,
  onBodyFlowing: noop,
  onBodyLost: noop,
};
