import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { anything, listOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';

/** The values of policies about tokens that are read. */
export type PolicyListValues = Given<{ policies: readonly string[] }>;

/** The values of policies about requests that are read. */
export type RequestPoliciesValues = PolicyListValues & Given<{ error: object }>;

/** The values of `security/policies` that are read. */
export type PoliciesValues = Given<{ jwt: PolicyListValues; req: RequestPoliciesValues }>;

const COMMON = {
  auto_join_policies: ignored(),
  debug: ignored(),
  disable_macros: ignored(),
  req: object<RequestPoliciesValues>({
    error: object({ body: anything, content_type: anything, status: anything }),
    policies: listOf(text),
  }),
  resp: refused(
    'when an answer is there, the call has been made; qos/circuit-breaker/http counts statuses, take this out',
  ),
} as const;

/** Expressions about a request to an endpoint, and about its token. */
export const POLICIES: Field<PoliciesValues> = object<PoliciesValues>({
  ...COMMON,
  jwt: object<PolicyListValues>({ policies: listOf(text) }),
});

/** The policies of a backend. */
export const BACKEND_POLICIES: Field<PoliciesValues> = object<PoliciesValues>({
  ...COMMON,
  jwt: refused('KrakenD has no JWT at a backend; write it at the endpoint'),
});
