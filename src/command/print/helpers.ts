interface Helper {
  readonly text: string;
  readonly helpers?: readonly string[];
  readonly imports?: Readonly<Record<string, string>>;
}

/** Functions that printed programs bring along. They do what the import does and no option can do. */
export const HELPERS: Readonly<Record<string, Helper>> = {
  anyScope: {
    imports: { 'type RequestPolicyCheck': 'express-mcp-gateway' },
    text: `/** One of these is enough. */
function anyScope(wanted: readonly string[]): RequestPolicyCheck {
  return ({ principal }) => ({
    allow: wanted.some((own) => principal?.scopes?.includes(own) ?? false),
    reason: \`none of \${wanted.join(', ')}\`,
    message: \`This needs one of \${wanted.join(', ')}\`,
  });
}`,
  },
  claimAt: {
    text: `/** A claim by its name, or else by a path with dots. */
function claimAt(claims: Readonly<Record<string, unknown>> | undefined, path: string): unknown {
  if (claims === undefined || Object.hasOwn(claims, path)) return claims?.[path];
  let value: unknown = claims;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}`,
  },
  claimHeader: {
    helpers: ['claimAt'],
    imports: { 'type GatewayContext': 'express-mcp-gateway' },
    text: `/** A claim of the caller as the value of a header: UTF-8; none where it cannot stand in one. */
function claimHeader(claim: string): (ctx: GatewayContext) => string | undefined {
  const textOf = (value: unknown): string | undefined => {
    if (Array.isArray(value)) return value.map((item) => textOf(item) ?? '').join(',');
    if (value === undefined || value === null) return undefined;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  return ({ principal }) => {
    const text = textOf(claimAt(principal?.claims, claim));
    const bytes = text === undefined ? undefined : Buffer.from(text, 'utf8').toString('latin1');
    return bytes !== undefined && /^[\\t -~\\x80-\\xff]*$/.test(bytes) ? bytes : undefined;
  };
}`,
  },
  clientHeader: {
    imports: { 'type LimitContext': 'express-mcp-gateway' },
    text: `/** The header that tells clients apart. */
function clientHeader({ req: { headersDistinct: headers } }: LimitContext, name: string) {
  const [first = ''] = Object.hasOwn(headers, name) ? (headers[name] ?? []) : [];
  return first === '' ? undefined : first;
}`,
  },
  textsIn: {
    text: `/** A list, or a text with blanks between what it names. Anything else names nothing. */
function textsIn(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((text) => text !== '');
  return Array.isArray(claim) ? claim.filter((item) => typeof item === 'string') : [];
}`,
  },
};
