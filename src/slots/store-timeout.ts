/** How long a store of the user's may take. */
export const STORE_TIMEOUT_MS = 250;
