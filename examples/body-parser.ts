import type { IncomingMessage } from 'node:http';
import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const gateway = createMcpGateway({ target: 'https://third-party-mcp-server.example/mcp' });

// Best: the gateway first. The parser still serves every route behind it.
const app = express();
app.use(gateway);
app.use(express.json());

// Where the parser has to come first: keep the bytes.
const other = express();
other.use(
  express.json({
    verify: (req: IncomingMessage & { rawBody?: Buffer }, _res, bytes) => {
      req.rawBody = bytes;
    },
  }),
);
other.use(gateway);

app.listen(3000);
other.listen(3001);
