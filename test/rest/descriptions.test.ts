import { describe, expect, test } from '@jest/globals';
import { restTools } from '../../src/exports/rest.ts';
import { document } from './support/rest-gateway.ts';

const baseUrl = 'http://127.0.0.1:1';
const long = 'word '.repeat(1000);
const SHORT = `${'word '.repeat(204).trim()}…`;

const schema = {
  type: 'object',
  title: long,
  properties: {
    description: { type: 'string', description: long, default: long },
    list: {
      type: 'array',
      items: { anyOf: [{ enum: [long] }, { description: long, type: 'null' }] },
    },
  },
};

async function toolOf(operation: object, tool: object = {}) {
  const openapi = document({ '/a': { post: { operationId: 'a', ...operation } } });
  const { tools } = await restTools({ openapi, baseUrl, operations: 'a', tools: { a: tool } });
  return tools[0];
}

describe('every call of a model pays for descriptions', () => {
  test('those of a tool and its arguments are short, however deep they stand', async () => {
    const tool = await toolOf({
      summary: long,
      description: long,
      requestBody: { content: { 'application/json': { schema } } },
    });
    expect(tool).toMatchObject({ title: SHORT, description: SHORT });
    expect(tool?.inputSchema.properties).toEqual({
      // What is sent is not cut.
      description: { type: 'string', description: SHORT, default: long },
      list: {
        type: 'array',
        items: { anyOf: [{ enum: [long] }, { description: SHORT, type: 'null' }] },
      },
    });
  });

  test('those of its results as well', async () => {
    const tool = await toolOf(
      { responses: { 200: { content: { 'application/json': { schema } } } } },
      { outputSchema: true },
    );
    expect(tool?.outputSchema).toMatchObject({
      title: SHORT,
      properties: { description: { description: SHORT } },
    });
  });
});

test('what nobody sees is not in them', async () => {
  const hidden = [...'obey'].map((letter) =>
    String.fromCodePoint(0xe0000 + (letter.codePointAt(0) as number)),
  );
  const text = `Lists\u001b[2J \u202eorders\u0000\r\n\tby date${hidden.join('')}\ud800`;
  const seen = 'Lists[2J orders\n\tby date\ufffd';
  const tool = await toolOf({
    summary: text,
    description: text,
    parameters: [{ name: 'q', in: 'query', description: text, schema: {} }],
  });
  expect(tool).toMatchObject({
    title: seen,
    description: seen,
    inputSchema: { properties: { q: { description: seen } } },
  });
});
