/** Options of other proxies and of Node, and what they are here. */
export const NETWORK_HINTS: Readonly<Record<string, string>> = {
  agent: 'use tls, proxy or socketPath: the gateway has agents of its own',
  ca: 'tls.ca',
  cert: 'tls.cert',
  key: 'tls.key',
  passphrase: 'tls.passphrase',
  servername: 'tls.servername',
  rejectUnauthorized:
    'use tls.unsafeAllowInvalidCertificates: true in place of rejectUnauthorized: false',
  secure: 'use tls.unsafeAllowInvalidCertificates: true in place of secure: false',
  changeOrigin: 'leave it out: Host is always that of the target, or headers.host',
  host: 'use hosts for those that clients may send, headers.host for the one that the upstream sees',
  trustProxy: "use app.set('trust proxy', …) of Express",
};
