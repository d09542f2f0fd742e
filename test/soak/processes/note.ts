/** A fact that only a gateway knows. It explains an outcome that a client saw. */
export type Note = { readonly gateway: string } & (
  | { readonly kind: 'slow store'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'target';
      readonly at: number;
      /** `host:port`. */
      readonly target: string;
      readonly state: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'error';
      /** The id of the request that got the error. */
      readonly request: string;
      readonly reason: string;
      readonly cause: string;
    }
);
