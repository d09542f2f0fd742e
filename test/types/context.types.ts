import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import {
  type ConfigProblem,
  type ConfigProblemCode,
  createMcpGateway,
  type Era,
  type ErrorListener,
  type ErrorReason,
  GatewayConfigError,
  type GatewayContext,
  GatewayError,
  type McpMessage,
  type McpRequest,
  type Middleware,
  mcpOf,
  type Next,
  type Principal,
  principalOf,
  UpstreamUnavailableError,
} from 'express-mcp-gateway';
import { same, typed } from './same.ts';

const target = 'https://server.example/mcp';

export function whatCallbacksSee(ctx: GatewayContext): void {
  same<
    GatewayContext,
    {
      readonly req: IncomingMessage;
      readonly ip: string;
      readonly headers: IncomingHttpHeaders;
      readonly principal: Principal | undefined;
    }
  >();
  // @ts-expect-error -- nobody is made somebody else
  ctx.principal = { subject: 'ada' };
  // @ts-expect-error -- what slots leave for each other is not seen
  ctx.mcp;
  createMcpGateway({
    target,
    onError(error, given) {
      typed<GatewayError>()(error);
      typed<GatewayContext<Request>>()(given);
    },
  });
  same<ErrorListener, (error: GatewayError, ctx: GatewayContext) => void>();
}

export function whatMiddlewareFinds(req: Request, message: IncomingMessage): void {
  typed<Principal | undefined>()(principalOf(req));
  typed<Principal | undefined>()(principalOf(message));
  typed<McpRequest | undefined>()(mcpOf(req));
  typed<string | undefined>()(mcpOf(message)?.method);
  typed<readonly McpMessage[] | undefined>()(mcpOf(message)?.batch);
  // @ts-expect-error -- it is of single messages
  mcpOf(message)?.era;
  // @ts-expect-error
  principalOf({ headers: {} });
}

export function whoItIs(): void {
  const principal: Principal = { subject: 'ada', issuer: undefined, scopes: ['mcp'] };
  same<Principal['claims'], Readonly<Record<string, unknown>> | undefined>();
  // @ts-expect-error -- who it is has to be said
  const nobody: Principal = { issuer: 'https://idp.example' };
  // @ts-expect-error -- a list, not the text of a token
  const scoped: Principal = { subject: 'ada', scopes: 'mcp tools' };
  // @ts-expect-error
  principal.subject = nobody.subject + scoped.subject;
}

export function whatAMessageIs(message: McpMessage): void {
  same<Era, 'legacy' | 'modern'>();
  typed<string>()(message.method);
  typed<string | number | undefined>()(message.id);
  typed<unknown>()(message.arguments?.path);
  // @ts-expect-error -- it is what was judged
  message.arguments = {};
  // @ts-expect-error
  message.params?.name.length;
}

export function errors(reason: ErrorReason): void {
  const error = new GatewayError('draining', new Error('why'));
  error satisfies Error;
  typed<ErrorReason>()(error.reason);
  same<GatewayError['name'], 'GatewayError'>();
  typed<unknown>()(error.cause);
  // @ts-expect-error -- reasons are those of the error table
  new GatewayError('teapot');
  // @ts-expect-error
  if (reason === 'teapot') throw error;

  const unavailable = new UpstreamUnavailableError('No token', { retryAfterMs: 500 });
  typed<number>()(unavailable.retryAfterMs);
  new UpstreamUnavailableError('No token');
  // @ts-expect-error -- milliseconds
  new UpstreamUnavailableError('No token', { retryAfterMs: '5s' });

  const { path, code, message, given, expected, docs } = {} as ConfigProblem;
  typed<string[]>()([path, message, given, expected, docs]);
  typed<ConfigProblemCode>()(code);
  typed<readonly ConfigProblem[]>()(new GatewayConfigError('createMcpGateway', []).problems);
  // @ts-expect-error -- a list of them
  new GatewayConfigError('createMcpGateway', {} as ConfigProblem);
}

export function middlewares(middleware: Middleware, next: Next): void {
  same<Parameters<Middleware>, [req: IncomingMessage, res: ServerResponse, next: Next]>();
  next();
  next(new Error('why'));
  same<ReturnType<Middleware>, void>();
  // @ts-expect-error -- `next` is needed
  middleware({} as IncomingMessage, {} as ServerResponse);
}
