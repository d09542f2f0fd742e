/** Routes of which one may stand for requests that another is meant for. */
export class RouteOrder {
  /** As Express writes them, in the order in which they are asked. */
  readonly routes: readonly string[];
  /** For each of them, the paths that are its own. */
  readonly patterns: readonly RegExp[];

  /** A segment that is written out goes before a parameter, as in KrakenD. */
  constructor(routes: readonly string[]) {
    this.routes = [...routes].sort((one, other) => (rankOf(one) < rankOf(other) ? -1 : 1));
    this.patterns = this.routes.map(patternOf);
  }

  /** Whether one of several may stand for what is not written out. */
  get hasParameters(): boolean {
    return this.routes.length > 1 && this.routes.some((route) => route.includes('/:'));
  }

  /**
   * Whether a path is that of another route once it is decoded, as KrakenD reads it: `/t/%61dmin` is
   * `/t/admin`, and what guards that is not to be passed by.
   */
  isDisguised(path: string): boolean {
    if (!path.includes('%')) return false;
    const decoded = decode(path);
    const meant = decoded === undefined ? undefined : this.#placeOf(decoded);
    return meant !== undefined && meant !== this.#placeOf(path);
  }

  /** The route that a path is one of. */
  routeOf(path: string): string | undefined {
    return this.routes[this.#placeOf(path) ?? -1];
  }

  #placeOf(path: string): number | undefined {
    const place = this.patterns.findIndex((own) => own.test(path));
    return place < 0 ? undefined : place;
  }
}

function rankOf(route: string): string {
  return route
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '1' : '0'))
    .join('');
}

function patternOf(route: string): RegExp {
  const segments = route
    .split('/')
    .map((own) => (own.startsWith(':') ? '[^/]+' : own.replaceAll(/[^\w/-]/g, String.raw`\$&`)));
  return new RegExp(`^${segments.join('/')}/?$`);
}

/** Undefined where a percent sign in it encodes nothing. */
export function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
