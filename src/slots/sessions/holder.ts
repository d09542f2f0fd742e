/** Whose a session is, and where it lives. */
export interface Holder {
  /** Empty where the gateway does not ask who comes. */
  readonly owner: string;
  /** The id of its target, where targets are chosen: there are several, or one with a breaker. */
  readonly home: string | undefined;
}

/** How a text with a home ends. No owner ends like this: it is empty, or a JSON text. */
const HOME = /@([\w-]+)$/;

/** As it is kept in a store. */
export function holderText({ owner, home }: Holder): string {
  return home === undefined ? owner : `${owner}@${home}`;
}

/** Reads it back. */
export function readHolder(text: string): Holder {
  const home = HOME.exec(text)?.[1];
  return home === undefined
    ? { owner: text, home }
    : { owner: text.slice(0, -home.length - 1), home };
}
