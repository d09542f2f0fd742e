import { describe, expect, test } from '@jest/globals';
import { condition, type Direction, ref, translate } from './support/translate.ts';

const DIRECTIONS: readonly (readonly [Direction, 'readOnly' | 'writeOnly'])[] = [
  ['request', 'readOnly'],
  ['response', 'writeOnly'],
];

describe.each(DIRECTIONS)('a %s has no property that is %s', (direction, mark) => {
  const hidden = { type: 'string', [mark]: true };
  const other = { type: 'string', [mark === 'readOnly' ? 'writeOnly' : 'readOnly']: true };
  const shown = { properties: { a: { type: 'string' } }, required: ['a'] };
  const both = { properties: { a: other, id: hidden }, required: ['a', 'id'] };

  test.each<[what: string, given: object, expected: object]>([
    ['required or not', both, shown],
    ['by a reference', { properties: { a: other, id: ref('Id') }, required: ['a', 'id'] }, shown],
    [
      'by a part of it',
      { properties: { a: other, id: { allOf: [ref('Id')] } }, required: ['a', 'id'] },
      shown,
    ],
    [
      'beside a reference to what it is',
      {
        properties: { a: other, id: { allOf: [ref('Text')], [mark]: true } },
        required: ['a', 'id'],
      },
      shown,
    ],
    ['that another part requires', { allOf: [ref('Both'), { required: ['id', 'a'] }] }, shown],
    ['that is required around the part', { required: ['a', 'id'], allOf: [ref('Both')] }, shown],
    [
      'that is described again in another part',
      { allOf: [ref('Both'), { properties: { id: { description: 'b' } } }] },
      shown,
    ],
    [
      'in each of several',
      { required: ['id', 'a'], oneOf: [ref('Both'), { ...both, type: 'object' }] },
      { required: ['a'], oneOf: [shown, { ...shown, type: 'object' }] },
    ],
    [
      'that hangs on another, or on which others hang',
      {
        properties: { a: other, id: hidden },
        dependentRequired: { a: ['id', 'b'], id: ['a'] },
        dependentSchemas: { id: {}, a: { required: ['id', 'c'] } },
      },
      {
        properties: { a: { type: 'string' } },
        dependentRequired: { a: ['b'] },
        dependentSchemas: { a: { required: ['c'] } },
      },
    ],
    [
      'under a condition',
      { ...both, ...condition({ required: ['a'] }, { required: ['id', 'b'] }) },
      { ...shown, ...condition({ required: ['a'] }, { required: ['b'] }) },
    ],
    ['of an item', { items: both }, { items: shown }],
  ])('%s', (_what, given, expected) => {
    const schemas = { Id: hidden, Text: { type: 'string' }, Both: both };
    const { schema, losses } = translate(given, { direction, schemas });
    expect(schema).toEqual(expected);
    expect(losses).toEqual([]);
  });

  test('but the other direction has it', () => {
    const { schema } = translate(both, {
      direction: direction === 'request' ? 'response' : 'request',
    });
    expect(schema).toEqual({ properties: { id: { type: 'string' } }, required: ['id'] });
  });

  test('and an object of the same name inside is another one', () => {
    const given = { properties: { id: hidden, a: { required: ['id'], properties: { id: {} } } } };
    expect(translate(given, { direction }).schema).toEqual({
      properties: { a: { required: ['id'], properties: { id: {} } } },
    });
  });

  test('one of several that hides it hides it from no other', () => {
    const oneOf = [both, { properties: { id: { type: 'string' } }, required: ['id'] }];
    expect(translate({ oneOf }, { direction }).schema).toEqual({ oneOf: [shown, oneOf[1]] });
  });

  test('what is forbidden stays forbidden', () => {
    const given = { ...both, not: { required: ['id'] } };
    expect(translate(given, { direction }).schema).toEqual({ ...shown, not: { required: ['id'] } });
  });

  test('of a choice between what has to be there, nothing else is refused', () => {
    const oneOf = [{ required: ['id'] }, { required: ['a'] }];
    const { schema, losses } = translate(
      { properties: { id: hidden, a: {} }, oneOf },
      { direction },
    );
    expect(schema).toEqual({ properties: { a: {} }, anyOf: [{}, { required: ['a'] }] });
    expect(losses).toEqual(['/oneOf/0: this direction has nothing of what it requires']);
  });
});
