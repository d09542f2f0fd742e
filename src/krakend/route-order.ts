/** Routes, one of which may match requests that are meant for another. */
export class RouteOrder {
  /** The routes as Express writes them, in the order in which they are tried. */
  readonly routes: readonly string[];
  /** For each route, the pattern of its paths. */
  readonly patterns: readonly RegExp[];

  /** A literal segment goes before a parameter, as in KrakenD. */
  constructor(routes: readonly string[]) {
    this.routes = [...routes].sort((one, other) => (rankOf(one) < rankOf(other) ? -1 : 1));
    this.patterns = this.routes.map(patternOf);
  }

  /** Whether there are several routes, and one of them has parameters. */
  get hasParameters(): boolean {
    return this.routes.length > 1 && this.routes.some((route) => route.includes('/:'));
  }

  /**
   * Whether a path belongs to another route once it is decoded, as KrakenD reads it. `/t/%61dmin` is
   * `/t/admin`, and such a path must not get past what guards that route.
   */
  isDisguised(path: string): boolean {
    if (!path.includes('%')) return false;
    const decoded = decode(path);
    const meant = decoded === undefined ? undefined : this.#placeOf(decoded);
    return meant !== undefined && meant !== this.#placeOf(path);
  }

  /** The route that a path matches. */
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

/** The decoded path; undefined where a percent sign in it encodes nothing. */
export function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
