import express from 'express';
import { createMcpGateway } from '../../../src/index.ts';
import { serveAsChild } from '../child.ts';

const target = process.argv[2] as string;

const app = express();
app.use(createMcpGateway({ target }));
serveAsChild(app);
