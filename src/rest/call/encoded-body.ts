import type { BodyMember } from '../plan/request-plan.ts';

/** A body that is ready to be sent. */
export interface EncodedBody {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** A member of the body, and its value. */
export type GivenMember = readonly [member: BodyMember, value: unknown];
