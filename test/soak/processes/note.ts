/** What is only known in a gateway, and explains what its clients saw. */
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
      /** The id of the request that it answers. */
      readonly request: string;
      readonly reason: string;
      readonly cause: string;
    }
);
