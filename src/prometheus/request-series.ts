import { BoundedSeries } from '../operations/bounded-series.ts';
import { OTHER } from '../operations/known-methods.ts';
import { statusClass, statusLabel } from '../operations/status-label.ts';
import type { RequestRecord } from '../slots/observe/observer.ts';

/** The methods of HTTP that have a name; clients may send others. */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
]);

/** A label set of `mcp_gateway_requests_total`. An empty label counts as absent. */
export type RequestLabels = {
  readonly gateway: string;
  readonly method: string;
  readonly status: string;
  readonly origin: string;
};

/**
 * How many label sets a gateway may have: as they are (`told`), with the class of the status (`classes`), and
 * with one label for all methods (`rest`). There is room for all of the last kind.
 */
const ROOM = { told: 160, classes: 50, rest: 40 };

/** The label sets of the HTTP requests of one gateway. */
export class RequestSeries {
  readonly #gateway: string;
  readonly #series = new BoundedSeries<keyof typeof ROOM, RequestLabels>(ROOM);

  constructor(gateway: string) {
    this.#gateway = gateway;
  }

  of(record: RequestRecord): RequestLabels {
    const { method, status } = record;
    const origin: string = record.origin ?? '';
    const name = METHODS.has(method) ? method : OTHER;
    const told = status === undefined ? '' : statusLabel(status);
    const known = this.#series.get(`${name} ${told} ${origin}`);
    if (known !== undefined) return known;
    const few = status === undefined ? '' : statusClass(status);
    return (
      this.#add('told', name, told, origin) ??
      this.#add('classes', name, few, origin) ??
      (this.#add('rest', OTHER, few, origin) as RequestLabels)
    );
  }

  #add(
    kind: keyof typeof ROOM,
    method: string,
    status: string,
    origin: string,
  ): RequestLabels | undefined {
    const key = `${method} ${status} ${origin}`;
    const make = () => ({ gateway: this.#gateway, method, status, origin });
    return this.#series.add(kind, key, key, make);
  }
}
