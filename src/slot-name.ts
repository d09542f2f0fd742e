/**
 * The steps that a request passes, by the names that observers see: those of their options, where they have
 * one. `turn` is the wait for the answers before it on the same connection, `head` and `message` are checks
 * that no option switches off, `userLimit` stands for the limits of `rateLimit` that need more than the
 * address. Observers do not see `timeout`, which decides nothing. `relay` is what comes behind all slots,
 * `metadata` the document about authorization in its place. The type has a file of its own, because the
 * context of a request, which every slot imports, needs it; `chain.ts` does not compile where its slots have
 * other names.
 */
export type SlotName =
  | 'observe'
  | 'turn'
  | 'cors'
  | 'head'
  | 'draining'
  | 'hosts'
  | 'methods'
  | 'target'
  | 'ipFilter'
  | 'rateLimit'
  | 'auth'
  | 'sessions'
  | 'streams'
  | 'bodyLimit'
  | 'message'
  | 'userLimit'
  | 'policies'
  | 'filterLists'
  | 'timeout'
  | 'use'
  | 'headers'
  | 'balance'
  | 'relay'
  | 'metadata';
