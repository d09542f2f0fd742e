import type { IncomingHttpHeaders } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import { VERSION_CLAIM } from '../mcp/message/known-members.ts';
import type { FollowedMessage } from '../slots/observe/follower.ts';
import { ATTRIBUTE, EXECUTE_TOOL } from './attributes.ts';

/** The attributes by which a sampler may decide, and which name the series of a metric. */
export function mainAttributes({ method, name }: FollowedMessage): Attributes {
  const attributes: Attributes = {};
  if (method !== undefined) attributes[ATTRIBUTE.method] = method;
  if (method === 'tools/call') attributes[ATTRIBUTE.operation] = EXECUTE_TOOL;
  const about = name === undefined ? undefined : nameAttribute(method);
  if (about !== undefined) attributes[about] = name;
  return attributes;
}

/** Further attributes of a message. Its arguments, and its result, are never told. */
export function furtherAttributes(
  message: FollowedMessage | undefined,
  headers: IncomingHttpHeaders,
): Attributes {
  const attributes: Attributes = { ...HTTP };
  if (message?.id !== undefined) attributes[ATTRIBUTE.requestId] = message.id;
  const version = revisionOf(message, headers);
  if (version !== undefined) attributes[ATTRIBUTE.protocolVersion] = version;
  return attributes;
}

/** The revision of MCP that a message names, where it names one that is a date. */
export function revisionOf(
  message: FollowedMessage | undefined,
  headers: IncomingHttpHeaders,
): string | undefined {
  return dateIn(message?.meta?.[VERSION_CLAIM]) ?? dateIn(headers['mcp-protocol-version']);
}

/** How messages are carried, on both sides. */
export const HTTP: Attributes = { [ATTRIBUTE.transport]: 'tcp', [ATTRIBUTE.protocol]: 'http' };

/**
 * The name of a span: `tools/call add`. For methods other than `tools/call` and `prompts/get` it is the
 * method alone, because what they name may have many values.
 */
export function spanName({ method = '', name }: FollowedMessage): string {
  const isNamed = name !== undefined && (method === 'tools/call' || method === 'prompts/get');
  return isNamed ? `${method} ${name}` : method;
}

function dateIn(text: unknown): string | undefined {
  return typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined;
}

function nameAttribute(method: string | undefined): string | undefined {
  if (method === 'tools/call') return ATTRIBUTE.tool;
  if (method === 'prompts/get') return ATTRIBUTE.prompt;
  return method?.startsWith('resources/') ? ATTRIBUTE.resource : undefined;
}
