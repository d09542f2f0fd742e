import compression from 'compression';
import cors from 'cors';
import express, { type ErrorRequestHandler } from 'express';
import { createMcpGateway, createServer, fromMiddleware } from 'express-mcp-gateway';
import session from 'express-session';
import helmet from 'helmet';
import passport from 'passport';
import { Strategy as BearerStrategy } from 'passport-http-bearer';

const {
  MCP_TARGET = 'https://third-party-mcp-server.example/mcp',
  AGENT_TOKEN,
  SESSION_SECRET = '',
  PORT = 3000,
} = process.env;

passport.use(
  new BearerStrategy((token, done) => done(null, token === AGENT_TOKEN && { subject: 'agent' })),
);

const app = express();
app.use(helmet());

// In front of every middleware that would read a body, compress an event stream, begin a session for
// every call of an agent, answer a preflight, or redirect to a login page.
app.use(
  createMcpGateway({
    target: MCP_TARGET,
    cors: { origin: ['https://app.example'] },
    auth: fromMiddleware(passport.authenticate('bearer', { session: false }), (req) => req.user),
  }),
);

app.use(compression());
app.use(cors({ origin: 'https://app.example' }));
app.use(express.json());
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: true }));
app.use(passport.session());

app.post('/orders', (req, res) => void res.json(req.body));
app.get('/fails', () => {
  throw new Error('A route of the app failed');
});

app.use((_req, res) => void res.status(404).json({ error: 'Not found' }));

// The gateway answers its own failures and calls `onError`. None of them reaches this error handler.
app.use(((_error, _req, res, _next) => {
  res.status(500).json({ error: 'Something failed here' });
}) satisfies ErrorRequestHandler);

createServer(app).listen(PORT);
