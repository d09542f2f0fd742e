import { expect, test } from '@jest/globals';
import type { AccessLogOptions, Observer, RequestRecord } from '../../src/index.ts';
import { read } from '../support/pages.ts';
import { namesIn, rowsUnder } from '../support/table-rows.ts';

const PAGE = read('docs/reference/record.md');

// The compiler has one of each name, and no other.
const FIELDS: Readonly<Record<keyof RequestRecord, true>> = {
  gateway: true,
  config: true,
  requestId: true,
  method: true,
  path: true,
  ip: true,
  user: true,
  client: true,
  messages: true,
  protocolVersion: true,
  session: true,
  slot: true,
  reason: true,
  policy: true,
  detail: true,
  shadow: true,
  target: true,
  status: true,
  end: true,
  origin: true,
  headMs: true,
  upstreamMs: true,
  gatewayMs: true,
  firstEventMs: true,
  totalMs: true,
  bytesIn: true,
  bytesOut: true,
  events: true,
};
const CALLBACKS: Readonly<Record<keyof Observer, true>> = {
  onRequest: true,
  onDecision: true,
  onResponse: true,
  onEvent: true,
  onClose: true,
  onTarget: true,
  onUpdate: true,
};
const LOG_OPTIONS: Readonly<Record<keyof AccessLogOptions, true>> = {
  user: true,
  fields: true,
  arguments: true,
};

test.each([
  ['fields', '| Field of a record | Meaning |', FIELDS, ['outcome', 'errorCode']],
  ['options of accessLog()', '| Option | Writes |', LOG_OPTIONS, []],
  ['callbacks of an observer', '| Function | Called |', CALLBACKS, []],
])('the page of the record has the %s', (_what, head, members, ofMessages) => {
  const names = namesIn(rowsUnder(PAGE, head));
  const known = new Set([...Object.keys(members), ...ofMessages]);
  expect(new Set(names)).toEqual(known);
  expect(names).toHaveLength(known.size);
});
