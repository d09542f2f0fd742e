import { expect, test } from '@jest/globals';
import { findLists } from '../../src/mcp/lists/listed-items.ts';

const expected = new Set(['tools/list', 'prompts/list', 'resources/list']);

test.each(['tools', 'prompts', 'resources'])(
  '"%s": null is no list, asked for or not',
  (member) => {
    for (const methods of [expected, new Set<string>()]) {
      for (const text of [`{"result":{"${member}":null}}`, `{"result":{"${member}" :\nnull }}`]) {
        expect(findLists(text, methods).lists).toEqual([]);
      }
    }
  },
);

test.each(['{}', '"null"', '0', 'false', '{"name":"t"}'])('"tools": %s is not a list', (value) => {
  expect(() => findLists(`{"result":{"tools":${value}}}`, expected)).toThrow('is not a list');
});
