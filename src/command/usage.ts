/** What `--help` prints. */
export const USAGE = `Usage: express-mcp-gateway FILE [options]

FILE is one of
  krakend.json       a KrakenD configuration (.json, .yaml, .yml) whose endpoints are MCP servers
  openapi.json       an OpenAPI document (.json, .yaml, .yml): operations of an HTTP API become tools at /mcp
  gateway.config.js  a module (.js, .mjs, .cjs, .ts, .mts, .cts) whose default export is the options of a
                     gateway, a list of them, or a function that gives either

Options
  --check            tell every problem with its path (exit code 1), or that FILE runs, of an OpenAPI document
                     with its tools; open no port
  --print            print what a KrakenD configuration comes to, as TypeScript
  --watch            read FILE again when it changes, and apply it without a restart; what is wrong is told, and
                     what ran before runs on
  --port N           listen on this port, whatever FILE says; 0: any that is free
  --host H           listen on this address, whatever FILE says
  -h, --help         print this
  -v, --version      print the version

For a KrakenD configuration
  --public-url URL   where agents reach the server, so that they are told where to log in
  --only PATH        take this endpoint and no other; may be repeated
  --allow NAME       allow any-issuer or any-audience in auth/validator; may be repeated
  KRAKEND_PORT, KRAKEND_LISTEN_IP, KRAKEND_TIMEOUT, KRAKEND_HOST, KRAKEND_NAME
                     stand in place of what the file says

For an OpenAPI document
  --base-url URL     where the API is; what the document says of servers is not believed
  --operations LIST  which operations are tools: ids, 'METHOD /path' (with *) or tag:NAME, with commas
                     between; may be repeated
  --forward LIST     headers of the agent that go to the API, such as X-Api-Key; may be repeated

SIGTERM and SIGINT let calls finish and end streams; a second signal ends the process at once.
Exit codes: 0 in order, 1 for a file or a server that does not work, 2 for wrong usage.
`;
