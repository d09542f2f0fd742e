import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { McpMessage } from '../../src/mcp/message/message.ts';
import { MessageProblem } from '../../src/mcp/message-problem.ts';
import { documents } from '../support/documents.ts';
import {
  agrees,
  member,
  REFERENCE_READERS,
  type Reading,
  type ReferenceReader,
  readNode,
  understand,
} from '../support/reference-readers.ts';
import { UNREADABLE } from '../support/unreadable.ts';
import { accepted, call, read } from './support/read.ts';

const RUNS = { numRuns: 3_000 };

/** The messages with a method that a reader sees, in their order. */
function callsIn(document: Reading, reader: ReferenceReader): Reading[] {
  const all: Reading[] = Array.isArray(document) ? document : [document];
  return all.filter((one) => (member(one, 'method', reader) ?? null) !== null);
}

/** What `Mcp-Name` mirrors, and the like: once more, apart from the sources. */
function nameIn(call: Reading, reader: ReferenceReader): Reading | undefined {
  const params = member(call, 'params', reader);
  switch (member(call, 'method', reader)) {
    case 'tools/call':
    case 'prompts/get':
      return member(params, 'name', reader);
    case 'tasks/result':
      return member(params, 'taskId', reader);
    case 'resources/read':
      return member(params, 'uri', reader);
    case 'completion/complete': {
      const ref = member(params, 'ref', reader);
      return member(ref, 'name', reader) ?? member(ref, 'uri', reader);
    }
    default:
      return undefined;
  }
}

function expectSame(call: Reading | undefined, message: McpMessage, reader: ReferenceReader): void {
  expect(member(call, 'method', reader)).toBe(message.method);
  const id = member(call, 'id', reader);
  // It is shown as written besides, and compared with that below.
  if (id !== UNREADABLE) expect(id).toBe(message.id);
  expect(nameIn(call as Reading, reader)).toBe(message.name);
}

describe.each(Object.entries(REFERENCE_READERS))('a reader that: %s', (_how, reader) => {
  test.each([true, false])('reads what was judged, arguments seen: %j', (seesArguments) => {
    let count = 0;
    let refusals = 0;
    const property = fc.property(documents, (text) => {
      const outcome = read(text, { seesArguments });
      if (outcome instanceof MessageProblem) {
        refusals++;
        return;
      }
      count += outcome.messages.length;
      const calls = callsIn(understand(readNode(text), reader), reader);
      expect(calls).toHaveLength(outcome.messages.length);
      for (const [i, message] of outcome.messages.entries()) {
        expectSame(calls[i], message, reader);
        if (!seesArguments) continue;
        const params = member(calls[i], 'params', reader);
        const args = member(params, 'arguments', reader);
        if (message.arguments === undefined) expect(args instanceof Map).toBe(false);
        if (reader.knowsMcpOnly) continue;
        expect([text, agrees(params, message.params, reader)]).toEqual([text, true]);
        if (message.arguments !== undefined)
          expect(agrees(args, message.arguments, reader)).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 1_000 });
    // Documents of both kinds were tried.
    expect(count).toBeGreaterThan(100);
    expect(refusals).toBeGreaterThan(100);
  });
});

test('what JSON.parse keeps is what was judged', () => {
  const property = fc.property(fc.json({ maxDepth: 5 }), fc.boolean(), (json, seesArguments) => {
    const outcome = accepted(call(`{"a":[${json}]}`), { seesArguments: false });
    expect(outcome.messages).toHaveLength(1);
    const seen = read(call(`{"a":[${json}]}`), { seesArguments });
    if (seen instanceof MessageProblem || !seesArguments) return;
    const reader = REFERENCE_READERS['last wins'] as ReferenceReader;
    const reading = understand(readNode(`{"a":[${json}]}`), reader);
    expect([json, agrees(reading, seen.messages[0]?.arguments, reader)]).toEqual([json, true]);
  });
  fc.assert(property, RUNS);
});

test('what JSON.parse refuses is refused, and nothing else', () => {
  const edits = fc.array(
    fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...'{}[]:,"\\\0 \n0.eE+-u1tfn\u00a0')),
  );
  let refusals = 0;
  const property = fc.property(fc.json({ maxDepth: 3 }), edits, (json, changes) => {
    let text = json;
    for (const [position, drop, insert] of changes.slice(0, 3)) {
      const at = position % (text.length + 1);
      text = text.slice(0, at) + insert + text.slice(at + drop);
    }
    const body = call(`{"a":${text}}`);
    const outcome = read(body, { seesArguments: false });
    const isRefused = outcome instanceof MessageProblem && outcome.reason === 'parse_error';
    if (isRefused) refusals++;
    expect(isRefused).toBe(!isJson(body));
  });
  fc.assert(property, RUNS);
  expect(refusals).toBeGreaterThan(100);
});

test('no bytes make it throw', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.tuple(documents, fc.nat(), fc.nat(255)).map(([text, position, byte]) => {
      const body = Buffer.from(text);
      body[position % body.length] = byte;
      return body;
    }),
  );
  const headers = fc.dictionary(
    fc.constantFrom('mcp-protocol-version', 'mcp-method', 'mcp-name', 'mcp-param-x'),
    fc.oneof(
      fc.string(),
      fc.string().map((text) => `=?base64?${text}?=`),
      fc.constant('2026-07-28'),
    ),
  );
  const property = fc.property(bytes, headers, fc.boolean(), (body, given, seesArguments) => {
    const outcome = read(body, { headers: given, seesArguments });
    if (outcome instanceof MessageProblem) expect(outcome.message).toMatch(/^[ -~]+$/);
    else expect(outcome.messages.length + outcome.responses).toBeGreaterThan(0);
  });
  fc.assert(property, RUNS);
});

test('the id is given as it was written', () => {
  let count = 0;
  const property = fc.property(documents, fc.boolean(), (text, seesArguments) => {
    const outcome = read(text, { seesArguments });
    if (outcome instanceof MessageProblem) {
      if (typeof outcome.id === 'string') expect(text).toContain(outcome.id);
      return;
    }
    for (const { id, idText } of outcome.messages) {
      expect(idText === undefined).toBe(id === undefined);
      if (idText === undefined) continue;
      count++;
      expect(text).toContain(idText);
      expect(JSON.parse(idText)).toBe(id);
    }
  });
  fc.assert(property, RUNS);
  expect(count).toBeGreaterThan(100);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
