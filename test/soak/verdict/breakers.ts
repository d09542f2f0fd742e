import type { Evidence } from './evidence.ts';

/** A time in which a gateway sends nothing to a target, except one request that tries it. */
export interface OpenBreaker {
  /** The port of the gateway. */
  readonly gateway: number;
  /** The port of the target. */
  readonly target: number;
  readonly from: number;
  /** When it closed; infinity if it never did, or its gateway was killed before. */
  readonly to: number;
}

export function openBreakers({ notes, gateways }: Evidence): OpenBreaker[] {
  const portOf = new Map(
    gateways.flatMap(({ port, lives }) => lives.map(({ id }) => [id, port] as const)),
  );
  const changes = notes.filter((note) => note.kind === 'target');
  // A killed process loses its breakers, so each life is evaluated by itself.
  const lists = Map.groupBy(changes, ({ gateway, target }) => `${gateway} ${target}`);
  return [...lists.values()].flatMap((list) =>
    list.flatMap(({ gateway, target, state, at }, i) => {
      const wasOpen = i > 0 && list[i - 1]?.state !== 'closed';
      if (state !== 'open' || wasOpen) return [];
      const closed = list.slice(i).find((later) => later.state === 'closed');
      return {
        gateway: portOf.get(gateway) as number,
        target: Number(target.split(':')[1]),
        from: at,
        to: closed?.at ?? Number.POSITIVE_INFINITY,
      };
    }),
  );
}
