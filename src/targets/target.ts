import { hash } from 'node:crypto';
import type { Engine } from '../engine/engine.ts';
import { portOf } from '../engine/network/network.ts';
import type { ConnectionCounts } from '../engine/network/pools.ts';
import type { ErrorReason } from '../errors.ts';
import { toldError } from '../lib/told-error.ts';
import { Site } from './site.ts';

/** The values for the names in a target, by name, encoded: see `encodeValue`. */
export type TemplateValues = ReadonlyMap<string, string>;

/** A place that requests go to, as it is configured. */
export interface TargetPlan {
  readonly url: URL;
  /** How often it is in the list. */
  readonly weight: number;
}

/** Where requests go: the upstream, or one of several instances of it, as one configuration has it. */
export class Target {
  /** The same for all configurations. */
  readonly site: Site;
  /** Its place among the targets of the gateway. */
  readonly place: number;
  readonly url: URL;
  readonly weight: number;
  /** Its id, the same in every process: a hash, because a store need not know where upstreams are. */
  readonly id: string;
  /** As records and events name it: `host:port`. */
  readonly name: string;
  /** Sends requests there: to the path and query of `url`, where a request has none of its own. */
  readonly engine: Engine;
  /** How many connections there are to it; undefined where it is a handler in this process. */
  readonly connections: (() => ConnectionCounts) | undefined;

  constructor(
    { url, weight }: TargetPlan,
    place: number,
    engine: Engine,
    site: Site = new Site(),
    connections?: () => ConnectionCounts,
  ) {
    this.site = site;
    this.connections = connections;
    this.url = url;
    this.weight = weight;
    this.id = hash('sha256', url.href, 'base64url');
    this.name = `${url.hostname}:${portOf(url)}`;
    this.place = place;
    this.engine = engine;
  }

  /** Takes note of why a request got no answer from here that could be relayed. */
  noteFailure(reason: ErrorReason, cause: unknown): void {
    const detail = cause === undefined ? undefined : toldError(cause);
    this.site.lastFailure = { at: new Date(), reason, detail };
  }
}
