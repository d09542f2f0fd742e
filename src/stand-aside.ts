const ASIDE: unique symbol = Symbol('express-mcp-gateway.aside');

/** Where `app.use(fn)` puts `fn`: a `Layer` of Express 5 (the package `router`) or 4, as much of it as is used. */
interface Layer {
  readonly handle?: unknown;
  match?: (this: Layer, path: string) => unknown;
  /** Whether it was given no path, and takes every request: in Express 5. */
  readonly slash?: boolean;
  /** The same in Express 4. */
  readonly regexp?: { readonly fast_slash?: boolean };
  [ASIDE]?: StandAside;
}

interface App {
  /** Undefined where the app is mounted on no other. */
  readonly parent?: unknown;
  readonly router?: { readonly stack?: readonly Layer[] };
  /** In Express 4, which throws where its `router` is asked for. */
  readonly _router?: { readonly stack?: readonly Layer[] };
  readonly lazyrouter?: unknown;
}

/** A request that has just come to a router. */
export interface Coming {
  readonly app?: unknown;
  readonly baseUrl?: string;
}

/**
 * Makes the layer of a router say that it does not match where a request is not meant for the router. An app
 * may have hundreds of gateways. To call one that hands the request on costs Express 0.35 us, to ask its
 * layer 0.15 us; where nothing else runs between them, 0.5 and 0.05. Express still finds what comes next, in
 * its order.
 *
 * A layer of any other kind stays as it is, and Express calls it: a layer with a path, or one that other code
 * has wrapped; a router within a router; an app within an app, where `mount.ts` has to see requests for other
 * paths to warn of them.
 *
 * `isMeant` says whether the router has to be called for a path. It is asked for each request.
 */
export class StandAside {
  readonly #router: unknown;
  readonly #isMeant: (path: string) => boolean;
  /** How many layers an app had when they were last looked through. */
  readonly #known = new WeakMap<readonly Layer[], number>();

  constructor(router: unknown, isMeant: (path: string) => boolean) {
    this.#router = router;
    this.#isMeant = isMeant;
  }

  /** Whether a layer may pass a request by. */
  passes(layer: Layer, path: string): boolean {
    return layer.handle === this.#router && !this.#isMeant(path);
  }

  /**
   * Looks for the layer of the router in the app that this request came through. The request was not meant
   * for the router.
   */
  from({ app, baseUrl }: Coming): void {
    const stack = baseUrl === '' ? stackOf(app as App | undefined) : undefined;
    if (!Array.isArray(stack) || this.#known.get(stack) === stack.length) return;
    this.#known.set(stack, stack.length);
    for (const layer of stack as Layer[]) {
      if (!this.#isOwn(layer)) continue;
      layer[ASIDE] = this;
      layer.match = matchMeant;
    }
  }

  #isOwn(layer: Layer): boolean {
    const isForAll = layer.slash === true || layer.regexp?.fast_slash === true;
    const isKnown = typeof layer.match === 'function' && !Object.hasOwn(layer, 'match');
    return layer.handle === this.#router && isForAll && isKnown;
  }
}

function stackOf(app: App | undefined): readonly Layer[] | undefined {
  if (typeof app !== 'function' || (app as App).parent !== undefined) return undefined;
  const { _router, lazyrouter } = app as App;
  return (_router ?? (lazyrouter === undefined ? (app as App).router : undefined))?.stack;
}

/** One function for all: Express calls it for each gateway in turn. */
function matchMeant(this: Layer, path: string): unknown {
  if (this[ASIDE]?.passes(this, path)) return false;
  return (Object.getPrototypeOf(this) as Required<Layer>).match.call(this, path);
}
