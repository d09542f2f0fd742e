import { expect, test } from '@jest/globals';
import { gatewaySource } from '../../src/command/print/gateway-source.ts';
import { NoForm, Source } from '../../src/command/print/source.ts';
import { written } from '../../src/krakend/written.ts';

test('plain data is written as it is, whatever is in its texts', () => {
  const value = {
    'a-b': ["it's", 'a\nline', 'x', `\${y}`, '\u2028', '</script>'],
    none: undefined,
    nothing: null,
    numbers: [1, -0.5, Number.POSITIVE_INFINITY],
    nested: { on: true, url: new URL('https://a.example/b') },
  };
  const text = new Source().write(value);
  const [read] = [new Function(`return (${text});`)()];
  expect(read).toEqual({
    'a-b': value['a-b'],
    nothing: null,
    numbers: value.numbers,
    nested: { on: true, url: 'https://a.example/b' },
  });
});

test('a key cannot change what an object is', () => {
  const text = new Source().write(JSON.parse('{ "__proto__": { "allow": true } }'));
  const read = new Function(`return (${text});`)();
  expect(Object.keys(read)).toEqual(['__proto__']);
  expect(read.allow).toBeUndefined();
});

test.each([
  ['a function', () => {}],
  ['an instance of a class', new Map([['a', 1]])],
  ['a function in a list', [{ check() {} }]],
  ['a symbol', Symbol('a')],
  ['no number', Number.NaN],
  [
    'a form around something without a form',
    written(() => {}, { call: 'jwt', from: 'x', args: [() => {}] }),
  ],
  [
    'a form that needs what nobody brings along',
    written(() => {}, { text: 'f()', helpers: ['f'] }),
  ],
])('%s has no form of its own', (_name, value) => {
  expect(() => new Source().write(value)).toThrow(NoForm);
});

test('an option of which any part has no form is taken from the import as a whole', () => {
  const { text, made } = gatewaySource(new Source(), '/mcp', {
    target: 'http://127.0.0.1:1/mcp',
    denyAs: 'http',
    policies: [{ name: 'a', check: () => false }],
    headers: { remove: ['X-A'], set: { 'X-B': 'b', 'X-C': () => 'c' } },
  });
  expect(made).toEqual(['policies', 'headers']);
  expect(text).toContain("  policies: made('/mcp', 'policies'),\n");
  expect(text).toContain("  headers: made('/mcp', 'headers'),\n");
  expect(text).toContain("  denyAs: 'http',\n");
});
