/** Fields that belong to one connection (RFC 9110 section 7.6.1), by lower-case name. */
const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a field never crosses a proxy. Takes a lower-case name. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name) || name.startsWith('proxy-');
}

/**
 * Fields a peer may not take away by naming them in `Connection`: removing one of these would
 * change what the other side understands (CVE-2025-48865 is this mistake).
 */
function isProtected(name: string): boolean {
  return (
    name.startsWith('content-') ||
    name.startsWith('mcp-') ||
    name === 'host' ||
    name === 'accept' ||
    name === 'authorization' ||
    name === 'last-event-id' ||
    // Without it a loop would not be seen.
    name === 'via'
  );
}

const NOTHING: ReadonlySet<string> = new Set();

/** The lower-case names that a `Connection` value takes out of the message. */
export function nominatedFields(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') {
    return NOTHING;
  }
  const names = new Set<string>();
  for (const token of connection.split(',')) {
    const name = token.trim().toLowerCase();
    if (name !== '' && !isProtected(name)) names.add(name);
  }
  return names;
}
