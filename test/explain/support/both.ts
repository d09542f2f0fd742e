import express from 'express';
import {
  createMcpGateway,
  type DescribedRequest,
  type Explanation,
  type GatewayConfig,
  type McpGateway,
  type RequestRecord,
} from '../../../src/index.ts';
import type { Answer } from '../../support/client/answer.ts';
import type { Outgoing } from '../../support/client/request.ts';
import { send } from '../../support/client/send.ts';
import { serve } from '../../support/servers.ts';
import { type RecordingUpstream, recordingUpstream } from '../../support/upstream.ts';

export { call } from '../../support/messages.ts';

/** A gateway that is asked what it would do, and then does it. */
export interface Rig {
  readonly gateway: McpGateway;
  readonly port: number;
  readonly upstream: RecordingUpstream;
  /** Of each request that is over. */
  readonly records: RequestRecord[];
  /** The next one. */
  nextRecord(): Promise<RequestRecord>;
}

/** The records are of requests that were sent: none is told of one that was explained. */
export async function startRig(
  config: Partial<GatewayConfig>,
  { mountedAt = '/', upstream: given }: { mountedAt?: string; upstream?: RecordingUpstream } = {},
): Promise<Rig> {
  const upstream = given ?? (await recordingUpstream());
  const records: RequestRecord[] = [];
  let onRecord: (record: RequestRecord) => void = () => {};
  const nextRecord = () =>
    new Promise<RequestRecord>((resolve) => {
      onRecord = resolve;
    });
  const gateway = createMcpGateway({
    target: upstream.target,
    observe: {
      onClose(record) {
        records.push(record);
        onRecord(record);
      },
    },
    ...config,
  });
  const { port } = await serve(express().use(mountedAt, gateway));
  return { gateway, port, upstream, records, nextRecord };
}

/** Sends what was described, and waits until that is over. */
export async function sendDescribed(
  { port, nextRecord }: Rig,
  { method = 'POST', headers = {}, body, message, url = '/mcp' }: DescribedRequest,
): Promise<Sent> {
  const isChunked = 'Transfer-Encoding' in headers;
  const { 'Transfer-Encoding': _, ...others } = headers;
  const sent = message === undefined ? body : JSON.stringify(message);
  const type = message === undefined ? undefined : 'application/json';
  const outgoing: Outgoing = {
    method,
    path: url,
    headers: { Host: undefined as never, 'Content-Type': type as never, ...others },
    ...(sent !== undefined && { body: Buffer.from(sent) }),
    ...(isChunked && { framing: 'chunked' }),
  };
  const [answer, record] = await Promise.all([send(port, outgoing), nextRecord()]);
  return { ...answer, record };
}

interface Sent extends Answer {
  readonly record: RequestRecord;
}

/** The only slot that denies, and what came of all. */
export function verdictOf({ slots, status, reason }: Explanation): Verdict {
  const denying = slots.filter(({ outcome, mode }) => outcome === 'deny' && mode === undefined);
  const { slot, policy, detail } = denying[0] ?? {};
  return { slot: slot ?? 'relay', policy, detail, reason, status, denying: denying.length };
}

interface Verdict extends Pick<Explanation, 'reason' | 'status'> {
  readonly slot: string;
  readonly policy: string | undefined;
  readonly detail: string | undefined;
  /** How many slots deny. */
  readonly denying: number;
}
