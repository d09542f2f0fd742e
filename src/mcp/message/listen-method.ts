/** The request whose answer is a stream that stays open (MCP 2026-07-28, "Subscriptions"). */
export const LISTEN_METHOD = 'subscriptions/listen';
