import type { Attributes } from '@opentelemetry/api';
import type { GatewayContext } from '../gateway-context.ts';
import { isModernVersion } from '../mcp/message/era.ts';
import { OTHER, revisionLabel } from '../operations/known-methods.ts';
import type { Operation } from '../operations/measured-request.ts';
import type { Variety } from '../operations/operation-series.ts';
import type { FollowedMessage } from '../slots/observe/follower.ts';
import type { Target } from '../targets/target.ts';
import { ATTRIBUTE } from './attributes.ts';
import { labelAttributes } from './durations.ts';
import { furtherAttributes, HTTP, revisionOf } from './message-attributes.ts';

/** The attributes that spans and metrics of a message have from its request. */
export class RequestAttributes {
  readonly #ctx: GatewayContext;
  readonly #gateway: string;
  /** Kept here, because a socket forgets its peer when it closes. */
  readonly #port: number | undefined;
  readonly #ip: string;
  /** The target that the request was sent to. */
  target: Target | undefined;

  constructor(ctx: GatewayContext, gateway: string) {
    this.#ctx = ctx;
    this.#gateway = gateway;
    this.#port = ctx.req.socket.remotePort;
    this.#ip = addressOf(ctx);
  }

  ofServer(message: FollowedMessage | undefined): Attributes {
    const ip = this.#ip;
    const { headers, req } = this.#ctx;
    const { remoteAddress } = req.socket;
    const isPeer = remoteAddress === ip || remoteAddress === `::ffff:${ip}`;
    const attributes = furtherAttributes(message, headers);
    attributes[ATTRIBUTE.gateway] = this.#gateway;
    attributes[ATTRIBUTE.httpVersion] = req.httpVersion;
    if (ip !== '') attributes[ATTRIBUTE.clientAddress] = ip;
    if (isPeer && this.#port !== undefined) attributes[ATTRIBUTE.clientPort] = this.#port;
    return attributes;
  }

  ofClient(message: FollowedMessage | undefined): Attributes {
    return {
      ...furtherAttributes(message, this.#ctx.headers),
      [ATTRIBUTE.httpVersion]: '1.1',
      [ATTRIBUTE.gateway]: this.#gateway,
      ...serverOf(this.target),
    };
  }

  /**
   * The attributes of both spans that are known only with the answer. The session is the hash that records
   * have: the id is a credential.
   */
  atEnd(message: FollowedMessage | undefined, session: string | undefined): Attributes {
    const isModern = isModernVersion(revisionOf(message, this.#ctx.headers));
    return session === undefined || isModern ? {} : { [ATTRIBUTE.session]: session };
  }

  /** What tells a series of a metric from others besides the labels of the message. */
  varietyOf({ message, side, target }: Operation<FollowedMessage>): Variety<Attributes> {
    const said = revisionOf(message, this.#ctx.headers);
    const revision = said === undefined ? undefined : revisionLabel(said);
    const http = side === 'server' ? this.#ctx.req.httpVersion : '1.1';
    const gateway = this.#gateway;
    return {
      key: `${revision},${http},${target?.name}`,
      make: (labels, isKnown) => ({
        ...HTTP,
        [ATTRIBUTE.gateway]: gateway,
        ...labelAttributes(labels),
        ...(revision !== undefined && { [ATTRIBUTE.protocolVersion]: isKnown ? revision : OTHER }),
        ...(isKnown && { [ATTRIBUTE.httpVersion]: http, ...serverOf(target) }),
      }),
    };
  }
}

function serverOf(target: Target | undefined): Attributes {
  if (target === undefined) return {};
  const { hostname } = target.url;
  const port = target.name.slice(target.name.lastIndexOf(':') + 1);
  return { [ATTRIBUTE.serverAddress]: hostname, [ATTRIBUTE.serverPort]: Number(port) };
}

/** The address of the client; empty where the app's own function for `trust proxy` fails. */
function addressOf(ctx: GatewayContext): string {
  try {
    return ctx.ip;
  } catch {
    return '';
  }
}
