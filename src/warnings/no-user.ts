/**
 * Warns once, at the first request without a user, where something is counted by user: all clients without a
 * user behind one address are counted together.
 *
 * @param isCounted - Whether anything is counted by user, and there is no `auth`.
 * @param isKnown - Whether something in front of the gateway has said who a request comes from.
 */
export function noUserWarning<T>(
  isCounted: boolean,
  isKnown: (req: T) => boolean,
): (req: T) => void {
  let isQuiet = !isCounted;
  return function warnOfNoUser(req) {
    if (isQuiet || isKnown(req)) return;
    isQuiet = true;
    process.emitWarning(
      "A limit counts by: 'user', or streams.perUser is set, and there is no auth: the address stands for the user, " +
        'so that all behind one address are counted together. Set auth, or count by address.',
      { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_NO_USER' },
    );
  };
}
