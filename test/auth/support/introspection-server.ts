import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Authenticator, GatewayConfig, RequestRecord } from '../../../src/index.ts';
import { checkConfig } from '../../../src/options/config-problems.ts';
import type { AuthenticationScheme } from '../../../src/slots/auth/authenticator.ts';
import type { IntrospectionClock } from '../../../src/slots/auth/introspection/endpoint-location.ts';
import {
  type IntrospectionOptions,
  readIntrospectionOptions,
} from '../../../src/slots/auth/introspection/options.ts';
import { introspectionScheme } from '../../../src/slots/auth/introspection/scheme.ts';
import { type Answer as Received, valuesOf } from '../../support/client/answer.ts';
import { reasonOf } from '../../support/client/refusal.ts';
import { send } from '../../support/client/send.ts';
import { startGateway } from '../../support/gateway.ts';
import { AUDIENCE } from '../../support/jwt/gate.ts';
import { serve } from '../../support/servers.ts';
import { recordingUpstream } from '../../support/upstream.ts';

/** A client of the endpoint; no part of the secret may be seen anywhere. */
export const CLIENT = { clientId: 'mcp:gateway', clientSecret: 's3cret: 100% +/=~é' };

/** A question that an introspection endpoint was asked. */
export interface Question {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly token: string | null;
}

export type Reply = (res: ServerResponse, question: Question) => void;

/** An authorization server that says of every token what the test wants. */
export interface IntrospectionServer {
  readonly issuer: string;
  readonly url: string;
  readonly questions: Question[];
  /** How it answers from now on. */
  reply: Reply;
  /** What its metadata is. */
  metadata: (res: ServerResponse) => void;
  /** Ends all connections. */
  hangUp(): void;
}

export async function introspectionServer(reply?: Reply): Promise<IntrospectionServer> {
  const { server, port } = await serve((req, res) => {
    res.on('error', () => {});
    if (req.url?.startsWith('/.well-known/')) {
      own.metadata(res);
      return;
    }
    text(req).then(
      (body) => {
        const { method = '', url = '', headers } = req;
        const question = {
          method,
          url,
          headers,
          body,
          token: new URLSearchParams(body).get('token'),
        };
        own.questions.push(question);
        own.reply(res, question);
      },
      () => {},
    );
  });
  const issuer = `http://127.0.0.1:${port}`;
  const own: IntrospectionServer = {
    issuer,
    url: `${issuer}/introspect`,
    questions: [],
    reply: reply ?? says(() => active()),
    hangUp: () => server.closeAllConnections(),
    metadata: (res) => {
      res.end(JSON.stringify({ issuer, introspection_endpoint: own.url }));
    },
  };
  return own;
}

/** Answers JSON. */
export function says(value: (question: Question) => unknown): Reply {
  return (res, question) => {
    res.setHeader('Content-Type', 'application/json').end(JSON.stringify(value(question)));
  };
}

/** Answers these bytes with 200. */
export function saysText(body: string | Buffer): Reply {
  return (res) => void res.setHeader('Content-Type', 'application/json').end(body);
}

/** Time that passes only when told to. */
export class HeldTime implements IntrospectionClock {
  #ms = Date.parse('2026-01-01T00:00:00Z');
  readonly timeoutMs: number;
  readonly now: () => number = () => this.#ms;
  readonly monotonic: () => number = () => this.#ms;

  constructor(timeoutMs = 5000) {
    this.timeoutMs = timeoutMs;
  }

  pass(ms: number): void {
    this.#ms += ms;
  }
}

const IN_AN_HOUR = Date.parse('2026-01-01T01:00:00Z') / 1000;

/** What is said of a token that is good, but for what is given here. */
export function active(members: Record<string, unknown> = {}): Record<string, unknown> {
  const usual = { active: true, sub: 'alice', aud: AUDIENCE, exp: IN_AN_HOUR, client_id: 'app' };
  return { ...usual, ...members };
}

export function schemeFor(
  server: Partial<Pick<IntrospectionServer, 'url'>>,
  options: Partial<IntrospectionOptions> = {},
  clock: IntrospectionClock = new HeldTime(),
): AuthenticationScheme {
  const url = server.url === undefined ? {} : { url: server.url };
  const given = { ...CLIENT, audience: AUDIENCE, ...url, ...options };
  return introspectionScheme(
    checkConfig('test', (problems) => readIntrospectionOptions(problems, given)),
    clock,
  );
}

/** A gateway behind which every caller's name is seen. */
export interface AskingGateway {
  readonly port: number;
  readonly records: RequestRecord[];
  /** The subjects of those that came in. */
  readonly users: (string | undefined)[];
  /** All that a client, `onError` or an observer was told. */
  told(): string;
  call(token: string): Promise<Received>;
  callWith(headers: Record<string, string>): Promise<Received>;
  /** The status, and the reason of a refusal. */
  outcome(token: string): Promise<string>;
}

export async function gatewayWith(
  auth: Authenticator | Authenticator[],
  config: Partial<GatewayConfig> = {},
): Promise<AskingGateway> {
  const users: (string | undefined)[] = [];
  const records: RequestRecord[] = [];
  const told: unknown[] = [];
  const upstream = await recordingUpstream();
  const gateway = await startGateway({
    target: upstream.target,
    publicUrl: AUDIENCE,
    auth,
    headers: {
      set: {
        'X-User': ({ principal }) => {
          users.push(principal?.subject);
          return principal?.subject;
        },
      },
    },
    observe: {
      onClose(record) {
        records.push(record);
        told.push(JSON.stringify(record));
      },
    },
    onError(error) {
      let cause: unknown = error;
      while (cause instanceof Error) {
        told.push(cause.message, cause.stack, JSON.stringify(cause));
        cause = cause.cause;
      }
    },
    ...config,
  });
  async function callWith(headers: Record<string, string>): Promise<Received> {
    const answer = await send(gateway.port, { headers });
    told.push(answer.head, answer.body);
    return answer;
  }
  const call = (token: string) => callWith({ Authorization: `Bearer ${token}` });
  return {
    port: gateway.port,
    records,
    users,
    told: () => told.join('\n'),
    callWith,
    call,
    async outcome(token) {
      const answer = await call(token);
      return answer.status === 200 ? '200' : `${answer.status} ${reasonOf(answer)}`;
    },
  };
}

/** What the challenge says is wrong. */
export function problemIn(answer: Received): string | undefined {
  const [challenge = ''] = valuesOf(answer, 'www-authenticate');
  return /error_description="([^"]*)"/.exec(challenge)?.[1];
}
