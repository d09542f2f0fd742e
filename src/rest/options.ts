import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UpstreamHandler } from '../engine/in-process.ts';
import type { Duration } from '../options/duration.ts';
import type { Size } from '../options/size.ts';
import type { OperationSelector, SkippedOperation } from './operations/select-operations.ts';
import type { RestToolAnnotations } from './tool/annotations.ts';

/** Options of `restTools`. */
export interface RestToolsOptions {
  /**
   * The OpenAPI document (3.0, 3.1 or 3.2): a file in JSON or YAML, or the document itself. A file needs the package
   * `@readme/openapi-parser`, and may refer to files of its own directory; references to other files, and to addresses, are
   * not followed. Default: none, where `tools` are written by hand.
   */
  readonly openapi?: string | URL | object;
  /**
   * Where the API is: a URL, whose path stands in front of all paths and whose query, if any, in front of all queries; or
   * a handler in this process, such as an Express app. What the document says of `servers` is not believed. Required.
   */
  readonly baseUrl: string | URL | UpstreamHandler;
  /**
   * Which operations become tools: ids, `'METHOD /path'`, where `*` stands for any characters but `/`, `'tag:NAME'`, or functions.
   * Required with `openapi`; nothing is exposed that is not picked.
   */
  readonly operations?: OperationSelector | readonly OperationSelector[];
  /**
   * Settings of tools, by the id of the operation, or by method and path; or a list of tools that are written by hand.
   */
  readonly tools?: Readonly<Record<string, RestToolOptions>> | readonly RestToolByHand[];
  /**
   * Names of headers that go to the API as they come: those that `headers.set` of the gateway has put there.
   * No other header of a request does. Default: none.
   */
  readonly forward?: readonly string[];
  /** How long a call may take. Default: `'30s'`. */
  readonly timeout?: Duration;
  /** How long a result may be. A longer list is cut, anything else refused. Default: `'256kb'`. */
  readonly maxResult?: Size;
  /**
   * Told of each failure between the gateway and the API. Default: the first of each kind is a process
   * warning.
   */
  readonly onError?: (error: unknown, context: RestErrorContext) => void;
}

/** What `onError` is told besides the error. */
export interface RestErrorContext {
  /** The name of the tool. */
  readonly tool: string;
}

/** Settings that all tools may have. */
export interface RestToolSettings {
  /** A title for people. Default: the operation's `summary`. */
  readonly title?: string;
  /** A description for the model. Default: the operation's `description`, or its `summary`. */
  readonly description?: string;
  /** Hints. Those that are not given come from the document's `x-mcp`, or else from the method. */
  readonly annotations?: Partial<RestToolAnnotations>;
  /** How answers become results. */
  readonly result?: RestResultOptions;
  /** How long a call may take. Default: the option of all tools. */
  readonly timeout?: Duration;
}

/** How the answers to a tool become results. */
export interface RestResultOptions {
  /** Members to keep: `'items'`, `'items.id'`; of a list, those of each item. Default: all. */
  readonly pick?: readonly string[];
  /** How long a result may be. Default: `maxResult`. */
  readonly max?: Size;
}

/** Settings of a tool that is an operation of the document. */
export interface RestToolOptions extends RestToolSettings {
  /**
   * Its name: 1 to 64 of the characters `A-Z a-z 0-9 _ -`. Default: the operation's id, or made of method and
   * path.
   */
  readonly name?: string;
  /**
   * Whether the operation's header parameters are arguments. Credentials, and what frames or routes a message, never are.
   * Default: `false`.
   */
  readonly headers?: boolean;
  /**
   * Whether the tool has the schema of the operation's answers as `outputSchema`. An answer that does not fit is still
   * given, as text. Default: `false`.
   */
  readonly outputSchema?: boolean;
}

/** A tool that is written by hand. */
export interface RestToolByHand extends RestToolSettings {
  /** Its name: 1 to 64 of the characters `A-Z a-z 0-9 _ -`. */
  readonly name: string;
  /** A JSON Schema (2020-12) of the arguments, an object. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** The request that is made of the arguments. */
  readonly request: RestRequest;
  /** A JSON Schema of the results. Default: none. */
  readonly outputSchema?: Readonly<Record<string, unknown>>;
}

/** The request of a tool that is written by hand: arguments stand in it by their names. */
export interface RestRequest {
  /** Default: `'GET'`. */
  readonly method?: string;
  /** The path behind that of `baseUrl`, with arguments in braces: `'/orders/{id}'`. */
  readonly path: string;
  /** Arguments that are parameters of the query. Default: none. */
  readonly query?: readonly string[];
  /**
   * Arguments that are members of a JSON body; `'json'`: all that are in neither path nor query. Default: no body.
   */
  readonly body?: 'json' | readonly string[];
}

/** A tool as in `tools/list`. */
export interface RestTool {
  /** Its name. */
  readonly name: string;
  /** A title for people. */
  readonly title?: string;
  /** A description for the model. */
  readonly description?: string;
  /** A JSON Schema of its arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** A JSON Schema of its results. */
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  /** All four hints. */
  readonly annotations: RestToolAnnotations;
}

/** An MCP server in this process, for `target` of a gateway. */
export interface RestTools {
  (req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Its tools, as in `tools/list`. */
  readonly tools: readonly RestTool[];
  /** Operations that were picked along with others by a pattern, a tag or a function, and are no tools. */
  readonly skipped: readonly SkippedOperation[];
}
