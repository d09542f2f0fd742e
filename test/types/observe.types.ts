import type { Request } from 'express';
import {
  type AccessLogger,
  type AccessLogOptions,
  accessLog,
  type EndReason,
  type ErrorReason,
  type FailureOrigin,
  type GatewayConfig,
  type GatewayContext,
  type ObservedClient,
  type ObservedMessage,
  type ObservedUser,
  type Observer,
  type RequestRecord,
  type SlotDecision,
  type SlotName,
} from 'express-mcp-gateway';
import { pino } from 'pino';
import { same, typed } from './same.ts';

/** What an observer is told is known without saying it. */
export const inferred: GatewayConfig = {
  target: 'https://server.example/mcp',
  observe: [
    accessLog(pino()),
    {
      onRequest: (ctx) => typed<GatewayContext<Request>>()(ctx),
      onDecision({ slot, outcome, reason }) {
        typed<SlotName>()(slot);
        typed<'allow' | 'deny'>()(outcome);
        typed<ErrorReason | undefined>()(reason);
      },
      onResponse: ({ status, headMs }) => typed<number>()(status + headMs),
      onEvent: ({ number, ms }, { ip }) => typed<string>()(ip + number + ms),
      onClose: (record) => typed<RequestRecord>()(record),
    },
  ],
};

export function observers(): void {
  same<
    keyof Observer,
    'onRequest' | 'onDecision' | 'onResponse' | 'onEvent' | 'onClose' | 'onTarget' | 'onUpdate'
  >();
  const none: Observer = {};
  // @ts-expect-error -- a callback that there is not
  const unknown: Observer = { onError: () => {} };
  // @ts-expect-error -- there is no such slot
  const decision: SlotDecision = { slot: 'firewall', outcome: 'deny' };
  // @ts-expect-error
  const wrong: SlotDecision = { slot: 'cors', outcome: 'maybe' };
  return void [none, unknown, decision, wrong];
}

export function records(record: RequestRecord): void {
  typed<EndReason>()(record.end);
  typed<SlotName>()(record.slot);
  typed<readonly ObservedMessage[]>()(record.messages);
  same<
    ObservedMessage,
    {
      readonly method: string | undefined;
      readonly name: string | undefined;
      readonly outcome: 'result' | 'tool_error' | 'rpc_error' | undefined;
      readonly errorCode: number | undefined;
    }
  >();
  typed<ObservedClient | undefined>()(record.client);
  same<ObservedClient, { readonly name: string; readonly version: string | undefined }>();
  same<
    Exclude<EndReason, ErrorReason>,
    'complete' | 'client_left' | 'client_stalled' | 'token_expired' | 'updated'
  >();
  typed<ObservedUser | undefined>()(record.user);
  same<
    ObservedUser,
    {
      readonly subject: string;
      readonly issuer: string | undefined;
      readonly clientId: string | undefined;
    }
  >();
  typed<string>()(record.gateway + record.requestId);
  typed<FailureOrigin | undefined>()(record.origin);
  same<FailureOrigin, 'gateway' | 'upstream' | 'client'>();
  typed<number>()(record.gatewayMs + (record.upstreamMs ?? 0));
  // @ts-expect-error -- a record is kept as it is
  record.status = 200;
  // @ts-expect-error -- no header is in it
  record.headers;
}

export function loggers(own: AccessLogger): void {
  typed<Observer>()(accessLog(own));
  typed<Observer>()(accessLog(console));
  typed<Observer>()(accessLog(pino()));
  const options: AccessLogOptions = {
    user: ({ subject }) => subject,
    fields: ({ headers }) => ({ tenant: headers['x-tenant'] }),
    arguments: (name, args) => ({ name: typed<string>()(name), path: args.path }),
  };
  typed<Observer>()(accessLog(own, options));
  // @ts-expect-error -- a text is
  accessLog(own, { user: () => 7 });
  // @ts-expect-error -- there is no such option
  accessLog(own, { level: 'info' });
  // @ts-expect-error
  accessLog({ info: () => {} });
  // @ts-expect-error
  accessLog();
}
