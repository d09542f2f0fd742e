/** An upstream can make up any number of names. */
const MOST_PAIRS = 100;

/** Node takes names of any length. */
const LONGEST_NAME = 64;

/**
 * Gives a function that warns, once for each pair of names, that a field of an answer was dropped because it
 * held a value of `headers.set`. Without the warning, an operator could not explain its absence.
 */
export function secretWarning(): (name: string, field: string) => void {
  const told = new Set<string>();
  return function warnOfSecret(name, field) {
    const shown = field.slice(0, LONGEST_NAME);
    const pair = `${name.toLowerCase()} ${shown.toLowerCase()}`;
    if (told.has(pair) || told.size >= MOST_PAIRS) return;
    told.add(pair);
    process.emitWarning(
      `The upstream's header '${shown}' holds the value of '${name}', which headers.set sends it and ` +
        'which is secret. The MCP gateway drops that header from its answers.',
      { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_SECRET' },
    );
  };
}
