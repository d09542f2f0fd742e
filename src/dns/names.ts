import type { LookupAddress, LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BoundedMap } from '../lib/bounded-map.ts';
import { type Addresses, KnownName } from './known-name.ts';
import { LookupSlots, type SlotSettings } from './lookup-slots.ts';

/** Names come from the configuration, so that there are not many. */
const MOST_NAMES = 1000;

/** What looks names up. */
export interface NamesSettings extends SlotSettings {
  readonly lookup: (
    hostname: string,
    options: LookupOptions & { readonly all: true },
    callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/**
 * The names that this process connects to. A name whose servers are silent delays only the requests that need
 * it: it is looked up once at a time, answers are kept for 5 s, and older ones are used while a new one fails
 * to come.
 */
export class Names {
  readonly #settings: NamesSettings;
  readonly #slots: LookupSlots;
  readonly #known = new BoundedMap<string, KnownName>(MOST_NAMES);

  constructor(settings: NamesSettings) {
    this.#settings = settings;
    this.#slots = new LookupSlots(settings);
  }

  /** Takes the place of `dns.lookup` where a socket connects. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#nameFor(hostname, options)
      .addresses()
      .then(
        (addresses) => {
          const [first] = addresses as [LookupAddress];
          // In a tick of its own: otherwise what the callback throws would be a rejection.
          if (options.all) process.nextTick(callback, null, [...addresses]);
          else process.nextTick(callback, null, first.address, first.family);
        },
        (error) => process.nextTick(callback, error, options.all ? [] : ''),
      );
  };

  /**
   * For code that looks a name up by itself: resolves once a look-up here has ended, whether it failed or
   * not, so that the other one does not begin while it would hang.
   */
  async settled(hostname: string): Promise<void> {
    await this.#nameFor(hostname, {}).outcome();
  }

  #nameFor(hostname: string, { family = 0, hints = 0, order, verbatim }: LookupOptions): KnownName {
    const options = { family, hints, order, verbatim, all: true } as const;
    const key = JSON.stringify([hostname, options]);
    let name = this.#known.get(key);
    if (name === undefined) {
      const lookUp = () => this.#lookUp(hostname, options);
      name = new KnownName(lookUp, this.#settings.now, builtIn(hostname, family));
      this.#known.set(key, name);
    }
    return name;
  }

  #lookUp(hostname: string, options: LookupOptions & { all: true }): Promise<Addresses> {
    return new Promise((resolve, reject) => {
      const work = () =>
        new Promise<void>((done) => {
          this.#settings.lookup(hostname, options, (error, addresses) => {
            done();
            // Node would take the first address of an empty list.
            if (error === null && addresses.length > 0) resolve(addresses);
            else reject(error ?? notFound(hostname));
          });
        });
      void this.#slots.run(hostname, work);
    });
  }
}

function notFound(hostname: string): Error {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' });
}

const LOOPBACK: Addresses = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** The addresses of this machine, for which no name server has to be asked (RFC 6761 section 6.3). */
function builtIn(hostname: string, family: LookupOptions['family']): Addresses | undefined {
  if (!/^(.+\.)?localhost\.?$/i.test(hostname)) return undefined;
  const wanted = Number(String(family).replace('IPv', ''));
  return wanted === 0 ? LOOPBACK : LOOPBACK.filter((address) => address.family === wanted);
}
