/** Options of other proxies and of Node, and what they are here. */
export const NETWORK_HINTS: Readonly<Record<string, string>> = {
  agent: 'tls, proxy or socketPath: the gateway has agents of its own',
  ca: 'tls.ca',
  cert: 'tls.cert',
  key: 'tls.key',
  passphrase: 'tls.passphrase',
  servername: 'tls.servername',
  rejectUnauthorized:
    'tls.unsafeAllowInvalidCertificates: true in place of rejectUnauthorized: false',
  secure: 'tls.unsafeAllowInvalidCertificates: true in place of secure: false',
  changeOrigin: 'nothing: Host is that of the target, or headers.host',
  host: 'hosts for those that clients may send, headers.host for the one that the upstream sees',
  trustProxy: "nothing: app.set('trust proxy', ...) of Express",
};
