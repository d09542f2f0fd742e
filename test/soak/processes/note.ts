/** What is only known in a gateway, and explains what its clients saw. */
export type Note = { readonly gateway: string } & (
  | { readonly kind: 'slow store'; readonly from: number; readonly to: number }
  | { readonly kind: 'error'; readonly at: number; readonly reason: string; readonly cause: string }
);
