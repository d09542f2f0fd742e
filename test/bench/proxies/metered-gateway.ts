import express from 'express';
import { prometheus } from '../../../src/exports/prometheus.ts';
import { createMcpGateway } from '../../../src/index.ts';
import { serveAsChild } from '../child.ts';

const target = process.argv[2] as string;

const app = express();
app.use(createMcpGateway({ target, observe: prometheus() }));
serveAsChild(app);
