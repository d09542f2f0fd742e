import { requireBearerAuth } from '@modelcontextprotocol/express';
import express from 'express';
import { createMcpGateway, fromMiddleware, type Principal } from 'express-mcp-gateway';
import passport from 'passport';
import { Strategy as BearerStrategy } from 'passport-http-bearer';

/** Stands for the app's own look-up of tokens. */
async function findUser(token: string): Promise<Principal | null> {
  return token === process.env.USER_TOKEN ? { subject: 'ada' } : null;
}

passport.use(
  new BearerStrategy((token, done) => {
    findUser(token).then((user) => done(null, user ?? false), done);
  }),
);
const withPassport = fromMiddleware(
  passport.authenticate('bearer', { session: false }),
  (req) => req.user,
);

const withSdk = fromMiddleware(
  requireBearerAuth({
    verifier: {
      async verifyAccessToken(token) {
        const expiresAt = Math.floor(Date.now() / 1000) + 60;
        return { token, clientId: 'agent', scopes: [], expiresAt, extra: { sub: 'ada' } };
      },
    },
  }),
  ({ auth }) => ({ subject: auth.extra.sub, clientId: auth.clientId, scopes: auth.scopes }),
);

const target = 'https://third-party-mcp-server.example/mcp';
const app = express();

app.use(createMcpGateway({ path: '/mcp', target, auth: withPassport }));
app.use(createMcpGateway({ path: '/internal', target, auth: withSdk }));

app.listen(3000);
