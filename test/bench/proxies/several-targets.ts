import express from 'express';
import { createMcpGateway } from '../../../src/index.ts';
import { serveAsChild } from '../child.ts';

const target = process.argv[2] as string;

// The same server twice: what is measured is the choice, and what a breaker hears of each answer.
const app = express();
app.use(createMcpGateway({ target: [target, `${target}?2`] }));
serveAsChild(app);
