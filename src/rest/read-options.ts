import type { UpstreamHandler } from '../engine/in-process.ts';
import { foldFieldName, isFieldName } from '../http/field.ts';
import { isHopByHop } from '../http/hop-by-hop.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import { readDuration } from '../options/duration.ts';
import { readSize } from '../options/size.ts';
import type { OperationSelector } from './operations/select-operations.ts';
import type { RestErrorContext, RestToolsOptions } from './options.ts';
import { readHandTools } from './read-hand-tools.ts';
import {
  type CommonSettings,
  type OperationSettings,
  readOperationSettings,
} from './read-tool-settings.ts';
import type { HandTool } from './tool/hand-tool.ts';

/** The options, read. */
export interface RestSettings {
  readonly openapi: string | URL | object | undefined;
  readonly base: URL | UpstreamHandler;
  readonly selectors: readonly OperationSelector[];
  /** Settings of operations, by id or by method and path. */
  readonly ofOperations: ReadonlyMap<string, OperationSettings>;
  readonly byHand: readonly HandTool[];
  readonly forward: readonly string[];
  readonly common: CommonSettings;
  readonly onError: ((error: unknown, context: RestErrorContext) => void) | undefined;
}

const OPTIONS = [
  'openapi',
  'baseUrl',
  'operations',
  'tools',
  'forward',
  'timeout',
  'maxResult',
  'onError',
];

const HINTS = {
  spec: 'openapi',
  document: 'openapi',
  url: 'baseUrl',
  server: 'baseUrl',
  servers: 'use baseUrl: what the document says of servers is not believed',
  headers: 'use forward here, or headers.set of the gateway',
  include: 'operations',
  operationIds: 'operations',
};

/** Reads the options, as far as that can be done without the document. */
export function readOptions(
  problems: ConfigProblems,
  options: RestToolsOptions,
): RestSettings | undefined {
  if (!problems.keys(options, OPTIONS, '{ openapi, baseUrl, operations }', HINTS)) return undefined;
  const { openapi, tools = {}, onError } = options;
  const common = {
    timeout: readDuration(problems.at('timeout'), options.timeout ?? '30s') ?? 0,
    max: readSize(problems.at('maxResult'), options.maxResult ?? '256kb') ?? 0,
  };
  const isList = Array.isArray(tools);
  if (openapi === undefined && (!isList || tools.length === 0)) {
    problems
      .at('openapi')
      .add(openapi, 'an OpenAPI document, or tools as a list that is written by hand');
  } else if (openapi !== undefined && !isPlace(openapi)) {
    problems.at('openapi').add(openapi, 'a file, or the OpenAPI document itself');
  }
  if (onError !== undefined) problems.at('onError').callback(onError);
  const base = readBase(problems.at('baseUrl'), options.baseUrl);
  const settings = {
    openapi,
    selectors: readSelectors(problems.at('operations'), options),
    ofOperations: isList ? new Map() : readAll(problems.at('tools'), tools, common),
    byHand: isList ? readHandTools(problems.at('tools'), tools, common) : [],
    forward: readForward(problems.at('forward'), options.forward ?? []),
    common,
    onError,
  };
  return base && { ...settings, base };
}

function isPlace(openapi: unknown): boolean {
  const isText = typeof openapi === 'string' && openapi !== '';
  return isText || (typeof openapi === 'object' && openapi !== null && !Array.isArray(openapi));
}

function readBase(problems: ConfigProblems, value: unknown): URL | UpstreamHandler | undefined {
  if (typeof value === 'function') return value as UpstreamHandler;
  const isText = typeof value === 'string' || value instanceof URL;
  const url = isText && URL.canParse(String(value)) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    problems.addSecret(
      value,
      "the URL of the API, like 'https://api.example/v1', or a request handler",
    );
    return undefined;
  }
  if (url.username !== '' || url.password !== '') {
    problems.addSecret(
      value,
      'no credentials in the URL: set them by headers.set of the gateway, and name the header in forward',
    );
  }
  if (url.hash !== '') problems.add(url.hash, 'no fragment: it would not be sent');
  return url;
}

function readSelectors(
  problems: ConfigProblems,
  { openapi, operations }: RestToolsOptions,
): OperationSelector[] {
  const isSelector = (item: unknown): item is OperationSelector =>
    typeof item === 'function' || (typeof item === 'string' && item !== '');
  if (openapi === undefined) {
    if (operations !== undefined)
      problems.add(operations, 'an OpenAPI document in openapi', 'conflict');
    return [];
  }
  const list = operations === undefined || Array.isArray(operations) ? operations : [operations];
  return problems.list(list, isSelector, SELECTORS, { atLeast: 1 });
}

const SELECTORS = "the id of an operation, 'METHOD /path' (with '*'), 'tag:NAME', or a function";

function readAll(
  problems: ConfigProblems,
  tools: unknown,
  common: CommonSettings,
): Map<string, OperationSettings> {
  const entries = problems.entries(tools).flatMap(([key, value]): [string, OperationSettings][] => {
    const settings = readOperationSettings(problems.at(key), value, common);
    return settings === undefined ? [] : [[key, settings]];
  });
  return new Map(entries);
}

/**
 * Headers that frame and route the message, or say what is in it, cannot be forwarded: the gateway writes
 * them for each request.
 */
function readForward(problems: ConfigProblems, value: unknown): string[] {
  const isForwardable = (name: unknown): name is string => isFieldName(name) && !isOwn(name);
  const expected = 'the name of a header, of none that frames or routes the message';
  return problems.list(value, isForwardable, expected);
}

function isOwn(name: string): boolean {
  const folded = foldFieldName(name);
  return /^(?:host|expect|accept|content-.*)$/.test(folded) || isHopByHop(folded);
}
