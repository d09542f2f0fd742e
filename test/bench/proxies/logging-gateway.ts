import express from 'express';
import { pino } from 'pino';
import { accessLog, createMcpGateway } from '../../../src/index.ts';
import { serveAsChild } from '../child.ts';

const target = process.argv[2] as string;

// With pino, because it reads the whole record, which some of is only made then; into nothing, because where
// lines go is no matter of the gateway.
const logger = pino({}, { write() {} });

const app = express();
app.use(createMcpGateway({ target, observe: accessLog(logger) }));
serveAsChild(app);
