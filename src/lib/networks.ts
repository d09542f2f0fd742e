import { BlockList } from 'node:net';
import { type Address, readAddress } from './address.ts';

const CIDR = /^([0-9a-f:.]+)(?:\/(0|[1-9]\d{0,2}))?$/i;

/** All addresses with the same first bits. */
export interface Network {
  readonly address: Address;
  readonly prefix: number;
}

/** Reads a network, or a single address; undefined where it is neither. */
export function readNetwork(text: unknown): Network | undefined {
  if (typeof text !== 'string') return undefined;
  const [, written = '', bits] = CIDR.exec(text) ?? [];
  const address = isBare(written) ? readAddress(written) : undefined;
  if (address === undefined) return undefined;
  const { family } = address;
  const isMapped = family === 'ipv4' && written.includes(':');
  const most = family === 'ipv4' && !isMapped ? 32 : 128;
  const given = bits === undefined ? most : Number(bits);
  const prefix = isMapped ? given - 96 : given;
  return prefix >= 0 && given <= most ? { address, prefix } : undefined;
}

/** A port belongs to a client, not to a network. */
function isBare(written: string): boolean {
  return !/\..*:/.test(written);
}

/**
 * A set of networks. IPv4 and IPv6 are kept apart, because to Node `::/0` holds every IPv4 address as
 * well.
 */
export class Networks {
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  constructor(networks: readonly Network[]) {
    for (const { address, prefix } of networks) {
      this.#lists[address.family].addSubnet(address.text, prefix, address.family);
    }
  }

  has({ text, family }: Address): boolean {
    return this.#lists[family].check(text, family);
  }
}
