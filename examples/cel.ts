/**
 * Rules as text: expressions of CEL, which may come from a file that others write. Mistakes in them are found
 * when the gateway is made. The error names the place of each mistake, and what was probably meant.
 */
import express from 'express';
import { createMcpGateway, jwt } from 'express-mcp-gateway';
import { cel } from 'express-mcp-gateway/cel';

const app = express();

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    publicUrl: 'https://gateway.example/mcp',
    auth: jwt({ issuer: 'https://idp.example', audience: 'https://gateway.example/mcp' }),
    policies: [
      // Asked about each HTTP request, also GET and DELETE: which callers are let in, and when.
      cel("JWT.dept in ['eng', 'ops']", { on: 'request' }),
      cel("now.getHours('Europe/Berlin') >= 7 && now.getHours('Europe/Berlin') < 19", {
        on: 'request',
        message: 'This server is there from 7 to 19 h. Try again then.',
      }),
      // Asked about each message. Only calls of tools have the name of a tool.
      cel(
        `mcp.method != 'tools/call'
          || mcp.name.startsWith('read_')
          || 'files:write' in principal.scopes`,
        {
          message:
            'Only reading is allowed with this token. Use a tool whose name begins with read_.',
        },
      ),
      // `has` asks whether a member is there, because it may be missing.
      cel(
        `mcp.method != 'tools/call' || !has(mcp.arguments)
          || !has(mcp.arguments.limit) || mcp.arguments.limit <= 100`,
        { name: 'limit', mode: 'shadow' },
      ),
    ],
  }),
);

app.listen(3000);
