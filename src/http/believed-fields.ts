/**
 * Request fields by which servers believe a proxy in front of them: who the caller is, from where it comes,
 * what it asks for. Such a proxy takes these fields away from clients and writes its own. This gateway does
 * not know whether the upstream believes them, so that a wildcard of `headers.forward` never lets one
 * through. Only its exact name does, by which the operator says that it is meant. No argument of a tool from
 * REST becomes one.
 */
const FIELDS: ReadonlySet<string> = new Set([
  // The address of the client, as load balancers and content networks write it.
  'ali-cdn-real-ip',
  'cdn-src-ip',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'cf-ipcountry',
  'cf-pseudo-ipv4',
  'cf-visitor',
  'client-ip',
  'do-connecting-ip',
  'eo-connecting-ip',
  'fastly-client-ip',
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
  'x-sucuri-clientip',

  // The user, as a proxy that authenticates writes it (Kong, APISIX, SiteMinder, WSO2, NiFi, Google).
  'auth-user',
  'sm-user',
  'teleport-jwt-assertion',
  'x-anonymous-consumer',
  'x-apigateway-api-userinfo',
  'x-auth-user',
  'x-credential-identifier',
  'x-endpoint-api-userinfo',
  'x-jwt-assertion',
  'x-proxiedentitieschain',
  'x-sm-user',
  'x-userinfo',

  // Certificates of clients, where the proxy ends TLS (RFC 9440).
  'client-cert',
  'client-cert-chain',
  'x-client-dn',
  'x-client-verify',

  // The URL, host and scheme that the client asked for. Frameworks route by them (CVE-2018-14773).
  'front-end-https',
  'https',
  'request-uri',
  'x-forwarded',
  'x-host',
  'x-http-host',
  'x-http-host-override',
  'x-http-path-override',
  'x-https',
  'x-matched-path',
  'x-override-url',
  'x-real-host',
  'x-real-port',
  'x-request-uri',
  'x-scheme',
  'x-script-name',
  'x-url-scheme',

  // The method, in place of the one in the request line.
  'x-http-method',
  'x-http-method-override',
  'x-method-override',

  // What the server in front can do with an answer, and what CGI takes for its own proxy
  // (CVE-2025-61780, CVE-2016-5385).
  'proxy',
  'surrogate-capability',
  'x-sendfile-type',
]);

/** The same for families of fields: what their lower-case names begin with. */
const PREFIXES: readonly string[] = [
  // Users and their groups: AWS, Google, Azure, Cloudflare, oauth2-proxy, Kong, Tailscale, Pomerium, Apache,
  // Authelia, authentik, Vouch, Grafana, WebSEAL, Shibboleth, mod_auth_openidc.
  'cf-access-',
  'iv-',
  'oidc-',
  'remote-',
  'shib-',
  'tailscale-',
  'x-amzn-mtls-',
  'x-amzn-oidc-',
  'x-appengine-',
  'x-auth-request-',
  'x-authenticated-',
  'x-authentik-',
  'x-consumer-',
  'x-goog-authenticated-user-',
  'x-goog-iap-',
  'x-ms-',
  'x-pomerium-',
  'x-remote-',
  'x-vouch-',
  'x-webauth-',
  // As whom Kubernetes is to act, and who asks.
  'impersonate-',
  // Certificates of clients: nginx, Apache, HAProxy, Azure.
  'ssl-client-',
  'x-arr-',
  'x-client-cert',
  'x-client-ssl-',
  'x-mtls-',
  'x-ssl-',
  'x-tls-',
  // Where the client is, and how it came: Akamai, CloudFront, Fly, Vercel, WebLogic.
  'cloudfront-',
  'fly-',
  'wl-proxy-',
  'x-akamai-',
  'x-vercel-',
  // How Envoy and Linkerd route, retry and trace, and whether a request is an internal one.
  'l5d-',
  'x-envoy-',
  // What Next.js tells itself of a request (CVE-2025-29927).
  'x-invoke-',
  'x-middleware-',
  // What the client asked for: URL, host, method.
  'x-original-',
  'x-rewrite-',
  // Where nginx finds the files that it is told to send.
  'x-accel-',
];

/** Whether servers believe that a proxy wrote the field. Takes a lower-case name. */
export function isBelieved(name: string): boolean {
  return FIELDS.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
