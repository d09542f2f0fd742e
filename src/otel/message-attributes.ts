import type { IncomingHttpHeaders } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import { VERSION_CLAIM } from '../mcp/message/known-members.ts';
import type { FollowedMessage } from '../slots/observe/follower.ts';
import { ATTRIBUTE, EXECUTE_TOOL } from './attributes.ts';

/** What a sampler may decide by, and what names the series of a metric. */
export function mainAttributes({ method, name }: FollowedMessage): Attributes {
  const attributes: Attributes = {};
  if (method !== undefined) attributes[ATTRIBUTE.method] = method;
  if (method === 'tools/call') attributes[ATTRIBUTE.operation] = EXECUTE_TOOL;
  const about = name === undefined ? undefined : nameAttribute(method);
  if (about !== undefined) attributes[about] = name;
  return attributes;
}

/** What else a message says of itself. Its arguments, and what comes back, are never told. */
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

/** The revision of MCP by which a message goes, where it says so, and says a date. */
export function revisionOf(
  message: FollowedMessage | undefined,
  headers: IncomingHttpHeaders,
): string | undefined {
  return dateIn(message?.meta?.[VERSION_CLAIM]) ?? dateIn(headers['mcp-protocol-version']);
}

/** How messages are carried, on both sides. */
export const HTTP: Attributes = { [ATTRIBUTE.transport]: 'tcp', [ATTRIBUTE.protocol]: 'http' };

/** `tools/call add`; of what names nothing else that may be told of many, the method alone. */
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
