/**
 * Fields of an answer that are not about the answer itself. The answer of another server, relayed at the
 * app's origin, must not decide about any of this.
 *
 * `Link` is not among them: browsers act on it for pages alone, and a fetch gets no page.
 */
const NAMES: ReadonlySet<string> = new Set([
  // State of the whole origin in a browser: cookies, storage, logins, permissions of every page.
  'accept-ch',
  'accept-ch-lifetime',
  'activate-storage-access',
  'clear-site-data',
  'critical-ch',
  'idp-signin-status',
  'observe-browsing-topics',
  'origin-agent-cluster',
  'origin-trial',
  'p3p',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'set-login',
  'shared-storage-write',
  'timing-allow-origin',
  'use-as-dictionary',
  // How the host is reached and trusted.
  'alt-svc',
  'alternate-protocol',
  'expect-ct',
  'expect-staple',
  'public-key-pins',
  'public-key-pins-report-only',
  'strict-transport-security',
  // To whom a browser reports.
  'nel',
  'report-to',
  'reporting-endpoints',
  'sourcemap',
  'x-sourcemap',
  // What a browser does next.
  'onion-location',
  'refresh',
  'speculation-rules',
  'supports-loading-mode',
  // Orders to the server or CDN in front: files to send, where to go on, and what its cache keeps.
  'arr-disable-session-affinity',
  'cache-tag',
  'cache-tags',
  'cdn-tag',
  'cf-edge-cache',
  'edge-cache-tag',
  'edge-control',
  'http2-push',
  'x-cache-tag',
  'x-cache-tags',
  'x-compress-hint',
  'x-esi',
  'x-lscache',
  'x-next-cache-tags',
  'x-nextjs-redirect',
  'x-nextjs-rewrite',
  'x-sendfile',
  'x-sendfile-temporary',
  'x-sendfile2',
  'x-vercel-cache-tags',
  'xkey',
]);

const PREFIXES: readonly string[] = [
  'ad-auction-',
  'attribution-reporting-',
  'sec-session-',
  'secure-session-',
  // To whom Fly sends the request next; how long Fastly and Pushpin hold the connection, and for what.
  'fly-replay',
  'grip-',
  // Files that GitLab Workhorse and App Engine send in place of the answer.
  'gitlab-workhorse-',
  'x-appengine-',
  'netlify-',
  'surrogate-',
  'vercel-',
  'x-accel-',
  // Which hosts Envoy takes for dead, and what it tries again.
  'x-envoy-',
  'x-lighttpd-',
  'x-litespeed-',
  'x-middleware-',
  'x-reproxy-',
];

/**
 * One pattern, because each field is tested. It also matches `CDN-Cache-Control` (RFC 9213), and the name
 * that each CDN has for it.
 */
const PATTERN = new RegExp(`^(?:${PREFIXES.join('|')})|-cache-control$`);

/**
 * Whether a field speaks for the app's origin, or gives orders to the server in front. Takes a folded
 * name, because some of these servers take one spelling for the other.
 */
export function speaksForOrigin(name: string): boolean {
  return NAMES.has(name) || PATTERN.test(name);
}

/**
 * Fields that say how a browser may use an answer. They are harmless from an upstream, but must not replace
 * what the app has set for all that it serves (helmet does).
 */
const PROTECTIONS: ReadonlySet<string> = new Set([
  'content-security-policy',
  'content-security-policy-report-only',
  'document-isolation-policy',
  'document-isolation-policy-report-only',
  'document-policy',
  'document-policy-report-only',
  'feature-policy',
  'integrity-policy',
  'integrity-policy-report-only',
  'permissions-policy',
  'permissions-policy-report-only',
  'referrer-policy',
  'require-document-policy',
  'x-content-security-policy',
  'x-content-type-options',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-robots-tag',
  'x-webkit-csp',
  'x-xss-protection',
]);

/** Whether a field protects what the app serves. Takes a folded name. */
export function isProtection(name: string): boolean {
  return PROTECTIONS.has(name) || name.startsWith('cross-origin-');
}
