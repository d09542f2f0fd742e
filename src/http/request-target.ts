/** What stands before the path where a client sends a whole URL. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;

/** Parts of a request target. */
export interface TargetParts {
  /** Empty where it begins with its path. */
  readonly origin: string;
  readonly path: string;
  readonly query: string;
}

/**
 * The parts of a request target, split as routers do it: a client may send a whole URL, and `#`, which does not belong
 * there, ends it.
 *
 * @see RFC 9112 section 3.2
 */
export function splitTarget(target: string): TargetParts {
  const [origin = ''] = ORIGIN.exec(target) ?? [];
  const [, path = '', query = ''] =
    /^([^?#]*)(?:\?([^#]*))?/.exec(target.slice(origin.length)) ?? [];
  return { origin, path, query };
}
