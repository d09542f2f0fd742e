import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const app = express();

// A private certificate authority, and a client certificate for a server that asks for one.
app.use(
  createMcpGateway({
    path: '/tickets',
    target: 'https://tickets.internal/mcp',
    tls: {
      ca: [...rootCertificates, readFileSync('ca.pem')],
      cert: readFileSync('gateway.pem'),
      key: readFileSync('gateway.key'),
      passphrase: process.env.KEY_PASSPHRASE,
    },
  }),
);

// A proxy is the only way out of the company's network.
app.use(
  createMcpGateway({
    path: '/search',
    target: 'https://search.example/mcp',
    proxy: process.env.OUTBOUND_PROXY ?? 'env',
  }),
);

// A server on this machine, which expects another name in `Host`.
app.use(
  createMcpGateway({
    path: '/files',
    target: 'http://localhost/mcp',
    socketPath: '/run/files/mcp.sock',
    headers: { host: 'files.internal' },
  }),
);

app.listen(3000);
