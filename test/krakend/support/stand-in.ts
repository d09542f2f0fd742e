import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { documentsIn, OWN } from './play/document.ts';

/**
 * Stands in for the program of KrakenD where there is none: it answers the requests of a document one after
 * another with the statuses that are recorded for KrakenD, and relays where that is 200.
 */
const { values } = parseArgs({
  allowPositionals: true,
  options: { config: { type: 'string', default: '' }, port: { type: 'string', default: '' } },
});
const { endpoints } = JSON.parse(readFileSync(values.config, 'utf8'));
const document = documentsIn(OWN).find(({ name }) => `${name}.json` === basename(values.config));
const statuses = (document?.expectations.steps ?? []).flatMap(({ repeat = 1, krakend }) =>
  Array<unknown>(repeat).fill(krakend),
);
const { STAND_IN_STATUS: always } = process.env;

const server = createServer((req, res) => {
  const status = Number(always ?? statuses.shift());
  if (status === 200) relay(req, res);
  else res.writeHead(status).end();
});
server.listen(Number(values.port), '127.0.0.1');

function relay(req: IncomingMessage, res: ServerResponse): void {
  const { pathname, search } = new URL(req.url ?? '', 'http://gateway.test');
  const segments = pathname.split('/');
  for (const { endpoint, backend } of endpoints) {
    const wanted: string[] = endpoint.split('/');
    const isIt = wanted.every((own, i) => own.startsWith('{') || own === segments[i]);
    if (!isIt || wanted.length !== segments.length) continue;
    const [{ url_pattern: pattern, host }] = backend;
    const path = wanted.reduce(
      (text, own, i) => (own.startsWith('{') ? text.replace(own, segments[i] ?? '') : text),
      pattern,
    );
    const headers = {
      ...req.headers,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': req.headers.host,
    };
    // A token is for the gateway.
    delete headers.authorization;
    const url = new URL(path + search, host[0]);
    req.pipe(
      request(url, { method: req.method ?? 'GET', headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 0, { 'content-type': 'application/json' });
        answer.pipe(res);
      }),
    );
    return;
  }
  res.writeHead(404).end();
}
