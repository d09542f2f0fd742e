/** How long a store of the app may take. */
export const STORE_TIMEOUT_MS = 250;
