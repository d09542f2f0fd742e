import express from 'express';
import { allowTools, createMcpGateway, denyTools, type Policy } from 'express-mcp-gateway';

/** Prompts and resources have names as well: the name of a resource is its URI, in normal form. */
const onlyDocs: Policy = ({ mcp }) =>
  !/^resources\/(read|subscribe|unsubscribe)$/.test(mcp.method) ||
  mcp.name?.startsWith('file:///docs/') === true;

/** A rule may say more than yes or no. */
const ownBranches: Policy = {
  name: 'own-branches',
  message: 'Branches begin with "agent/". Call the tool again with such a branch.',
  check: ({ mcp }) =>
    mcp.name !== 'push' || String(mcp.arguments?.branch).startsWith('agent/') === true,
};

const app = express();

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    policies: [
      denyTools('delete_*', 'admin_*'),
      onlyDocs,
      ownBranches,
      // In trial: it refuses nothing, and observers are told what it would have refused.
      { ...allowTools('search', 'push'), mode: 'shadow' },
    ],
    observe: {
      onDecision: ({ policy, detail, mode }, { ip }) => {
        if (policy !== undefined) console.log(mode ?? 'enforced', policy, detail, ip);
      },
    },
  }),
);

app.listen(3000);
