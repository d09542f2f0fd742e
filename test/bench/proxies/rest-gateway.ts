import { readFileSync } from 'node:fs';
import express from 'express';
import { restTools } from '../../../src/exports/rest.ts';
import { createMcpGateway } from '../../../src/index.ts';
import { serve, settingsOf } from '../machine/serve.ts';

const { origin } = new URL(settingsOf<{ api: string }>().api);
const openapi = JSON.parse(readFileSync(new URL('../rest-document.json', import.meta.url), 'utf8'));

const target = await restTools({ openapi, baseUrl: origin, operations: 'getOrder' });
const app = express();
app.use(createMcpGateway({ target }));
serve(app);
