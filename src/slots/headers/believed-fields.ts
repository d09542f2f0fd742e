/**
 * Request fields by which servers believe a proxy in front of them: who the caller is, from where it
 * comes, what it asks for. Such a proxy takes these fields away from clients and writes its own. This
 * gateway does not know that the upstream goes by them, so that a wildcard of `headers.forward` never
 * lets one through. Only its exact name does, by which the operator says that it is meant.
 */
const FIELDS: ReadonlySet<string> = new Set([
  // The address of the client, as load balancers and content networks write it.
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'cf-pseudo-ipv4',
  'client-ip',
  'cloudfront-viewer-address',
  'fastly-client-ip',
  'fly-client-ip',
  'incap-client-ip',
  'true-client-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-nf-client-connection-ip',
  'x-originating-ip',
  'x-proxyuser-ip',
  'x-real-ip',
  'x-remote-addr',
  'x-remote-ip',
  'x-sucuri-clientip',

  // The user, as a proxy that authenticates writes it (Apache, Kong, oauth2-proxy, Grafana).
  'auth-user',
  'remote-user',
  'x-anonymous-consumer',
  'x-credential-identifier',
  'x-remote-group',
  'x-remote-user',
  'x-webauth-user',

  // Certificates of clients, where the proxy ends TLS (RFC 9440).
  'client-cert',
  'client-cert-chain',

  // The URL, host and scheme that the client asked for. Frameworks route by them (CVE-2018-14773).
  'front-end-https',
  'x-forwarded',
  'x-host',
  'x-http-host-override',
  'x-matched-path',
  'x-override-url',
  'x-real-port',
  'x-rewrite-url',
  'x-scheme',
  'x-script-name',
  'x-url-scheme',

  // The method, in place of the one in the request line.
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]);

/** The same for families of fields: what their lower-case names begin with. */
const PREFIXES: readonly string[] = [
  // Users and their groups: AWS, Google, Azure, Cloudflare, oauth2-proxy, Kong, Tailscale, Pomerium.
  'cf-access-',
  'tailscale-user-',
  'x-amzn-mtls-',
  'x-amzn-oidc-',
  'x-appengine-',
  'x-auth-request-',
  'x-authenticated-',
  'x-consumer-',
  'x-goog-authenticated-user-',
  'x-goog-iap-',
  'x-ms-',
  'x-pomerium-',
  // As whom Kubernetes is to act, and who asks.
  'impersonate-',
  'x-remote-extra-',
  // Certificates of clients: nginx, Apache, HAProxy, Azure.
  'ssl-client-',
  'x-arr-',
  'x-client-cert',
  'x-ssl-',
  // How Envoy routes, retries and traces, and whether a request is an internal one.
  'x-envoy-',
  // What Next.js tells itself of a request (CVE-2025-29927).
  'x-invoke-',
  'x-middleware-',
  // What the client asked for: URL, host, method.
  'x-original-',
];

/** Whether servers believe that a proxy wrote the field. Takes a lower-case name. */
export function isBelieved(name: string): boolean {
  return FIELDS.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
