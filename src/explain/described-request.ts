import type { McpMethod } from '../mcp/http-methods.ts';
import type { Principal } from '../principal.ts';

/** A request as `gateway.explain()` is told of it. */
export interface DescribedRequest {
  /** The HTTP method, in capital letters; not `CONNECT`, which no app gets. Default: `'POST'`. */
  readonly method?: McpMethod | (string & {});
  /**
   * Its header fields; a list is a field that comes in several lines. With a body, `Content-Length` is added where
   * neither that nor `Transfer-Encoding` is given. What Node refuses before an app hears of it is a mistake here: a
   * `Content-Length` that is not the body's, or stands beside a `Transfer-Encoding`; `chunked` in front of another
   * coding; an `Expect` other than `100-continue`, which is not answered. Default: none, not even `Host`.
   */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /**
   * The address of the client, as `req.ip` would give it: `trust proxy` of the app is not asked. Default:
   * `'127.0.0.1'`.
   */
  readonly ip?: string;
  /** The body, byte for byte. Default: none. */
  readonly body?: string | Uint8Array;
  /**
   * The body as a JSON-RPC message, or a batch of them, in place of `body`: it is written as JSON, and
   * `Content-Type` is added where it is not in `headers`.
   */
  readonly message?: unknown;
  /**
   * Who it comes from. Then no authenticator is asked, and the credentials in `headers` do not matter. Default:
   * the user that `auth` finds.
   */
  readonly principal?: Principal;
  /**
   * Path and query of the request, with the path where the gateway is mounted in front: `'/api/mcp?team=a'`. It is
   * one of the endpoint, or with `legacySse` of the stream or of the messages. Default: the option `path`.
   */
  readonly url?: string;
  /**
   * The values for the names in `target`, as `req.params` has them on the route that the gateway is mounted
   * on. Default: none.
   */
  readonly params?: Readonly<Record<string, string>>;
}
