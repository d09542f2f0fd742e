import type { IncomingHttpHeaders } from 'node:http';
import { unguarded } from '../json/guarded.ts';
import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { UNSOUND } from '../json/unclear.ts';
import { headerMismatch, invalidParams, type MessageProblem } from '../message-problem.ts';
import { VERSION_CLAIM } from './known-members.ts';
import type { Era } from './message.ts';

const FIRST_MODERN = '2026-07-28';
const REVISION = /^\d{4}-\d{2}-\d{2}$/;

/** The revision by which a message is read that names none (MCP 2025-06-18, "Protocol Version Header"). */
const ASSUMED = '2025-03-26';

const INITIALIZE = headerMismatch(
  'The MCP-Protocol-Version header names a revision that has no "initialize"',
);
const NO_CLAIM = invalidParams(
  `The revision in the MCP-Protocol-Version header requires "${VERSION_CLAIM}" in _meta`,
);
const BAD_ASKED = invalidParams('The "protocolVersion" in params is a string without NUL');
const BAD_CLAIM = invalidParams(`The "${VERSION_CLAIM}" in _meta is a string`);
const OTHER_CLAIM = headerMismatch(
  `The MCP-Protocol-Version header has to equal "${VERSION_CLAIM}" in _meta`,
);

/** The era and the revision whose rules apply to a message. */
export interface MessageEra {
  readonly era: Era;
  readonly protocolVersion: string;
}

/**
 * Whether a header names a revision of the modern era. A value that is not a date is left to the upstream,
 * which refuses versions it does not know; the message is judged all the same.
 */
export function isModernVersion(version: string | undefined): version is string {
  return version !== undefined && REVISION.test(version) && version >= FIRST_MODERN;
}

/** Whether a message with these `params`, unguarded, has the envelope of the modern era. */
export function hasClaim(params: JsonObject | undefined): boolean {
  return claimIn(params) !== undefined;
}

/**
 * The era of one message, by its `params`, unguarded. The body decides: a claim in `_meta` is of the modern era, unless it names
 * an older date. The header may only repeat it.
 */
export function eraOf(
  method: string,
  isRequest: boolean,
  params: JsonObject | undefined,
  headers: IncomingHttpHeaders,
): MessageEra | MessageProblem {
  const claim = claimIn(params);
  const header = headers['mcp-protocol-version'] as string | undefined;
  if (claim !== undefined) {
    if (typeof claim !== 'string') return BAD_CLAIM;
    const era = REVISION.test(claim) && claim < FIRST_MODERN ? 'legacy' : 'modern';
    if (header === undefined || header === claim) return { era, protocolVersion: claim };
    return OTHER_CLAIM;
  }

  if (isModernVersion(header)) {
    // Official clients send notifications without the envelope.
    if (!isRequest) return { era: 'modern', protocolVersion: header };
    return method === 'initialize' ? INITIALIZE : NO_CLAIM;
  }
  const asked = method === 'initialize' ? params?.protocolVersion : undefined;
  if (asked === UNSOUND) return BAD_ASKED;
  const protocolVersion = typeof asked === 'string' ? asked : (header ?? ASSUMED);
  return { era: 'legacy', protocolVersion };
}

/** The era of a stream that a client opens without a message, as its headers tell. */
export function eraOfStream(headers: IncomingHttpHeaders): MessageEra {
  const header = headers['mcp-protocol-version'] as string | undefined;
  const era = isModernVersion(header) ? 'modern' : 'legacy';
  return { era, protocolVersion: header ?? ASSUMED };
}

function claimIn(params: JsonObject | undefined): unknown {
  const meta = unguarded(params?._meta);
  return isJsonObject(meta) ? meta[VERSION_CLAIM] : undefined;
}
