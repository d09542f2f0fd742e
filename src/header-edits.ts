/** A field for the upstream; `folded` is the form that all spellings of its name share. */
export type SetField = readonly [name: string, value: string, folded: string];

/** Changes to the headers of one request and of its answer, decided and validated. */
export interface HeaderEdits {
  /** Whether the client's field goes upstream although it is not a standard one. */
  readonly forwards: (lowerCaseName: string) => boolean;
  /** Folded names of which no client copy goes upstream: those set here, and those removed. */
  readonly withheld: ReadonlySet<string>;
  /** Fields that go upstream, last of all. */
  readonly set: readonly SetField[];
  /** The `Host` that the upstream sees, in place of the target's. */
  readonly host?: string | undefined;
  /** Whether these edits stay last, so that no other edits replace what they set. */
  readonly prevails?: boolean;
  /** Values that no field of the answer may contain, with the names they go upstream under. */
  readonly secrets: readonly { readonly name: string; readonly value: string }[];
  /** Called when a field of an answer was dropped for holding the secret of that name. */
  readonly onSecret?: (name: string, field: string) => void;
  /**
   * Whose credentials go upstream. `own`: those of the gateway. The client's do not go upstream, or are
   * replaced, so that what the upstream says of credentials is about the gateway's. `relayed`: the client's,
   * whatever else is set.
   */
  readonly credentials?: 'own' | 'relayed' | undefined;
  /** Called when the upstream has answered 401, before the client is answered; may not throw. */
  readonly onUnauthorized?: (() => void) | undefined;
  readonly response: {
    readonly set: readonly (readonly [name: string, value: string])[];
    /** Folded names. */
    readonly remove: ReadonlySet<string>;
    /** Folded names of fields that speak for the app's origin, and come back all the same. */
    readonly forward?: ReadonlySet<string>;
  };
}

/** What stands for a value that is not shown. */
export const HIDDEN = '•••';

/** Edits that change nothing. Other edits are made from them. */
export const NO_EDITS: HeaderEdits = {
  forwards: () => false,
  withheld: new Set(),
  set: [],
  secrets: [],
  response: { set: [], remove: new Set() },
};

/** Asks the upstream for an answer that can be read. */
export const UNENCODED: HeaderEdits = {
  ...NO_EDITS,
  withheld: new Set(['accept-encoding']),
  set: [['Accept-Encoding', 'identity', 'accept-encoding']],
  prevails: true,
};
