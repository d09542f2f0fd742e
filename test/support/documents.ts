import fc, { type Arbitrary } from 'fast-check';

/** Source texts, not values: parsed values would not show the differences that are tested. */
type Source = Arbitrary<string>;

const blank: Source = fc.constantFrom('', '', '', ' ', '\n', '\r\t');

/** Spellings of a name that a reader may take for another name, or for the same one. */
const DISGUISES: ((name: string) => string)[] = [
  (name) => name.toUpperCase(),
  (name) => name.replace(/[a-z]/, (letter) => letter.toUpperCase()),
  (name) => `${name}\0`,
  (name) => `${name}\0${name}`,
  (name) => `\0${name}`,
  (name) => `${name}\u200b`,
  (name) => `\u2060${name}`,
  (name) => name.replace('s', '\u017f').replace('k', '\u212a').replace('i', '\u0131'),
  (name) => name.replace('m', '\uff4d').replace('a', '\uff41'),
  (name) => `${name}\ud800`,
  (name) => `${name}\udfff`,
  (name) => `_${name}`,
  (name) => name.replace('_', ''),
  (name) => name.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`),
  (name) => name.replace(/(?<=.)[a-z]/, (letter) => `_${letter}`),
];

function disguised(name: string): Source {
  return fc.constantFrom(...DISGUISES).map((disguise) => disguise(name));
}

/** A string as JSON, in which some characters are escaped without need. */
function quoted(text: string): Source {
  const units = text.split('');
  return fc
    .array(fc.nat(5), { minLength: units.length, maxLength: units.length })
    .map((choices) => {
      const written = units.map((unit, i) => {
        const isRaw = choices[i] !== 0 && unit >= ' ' && unit !== '"' && unit !== '\\';
        // Half a pair cannot be written in UTF-8.
        if (isRaw && unit.isWellFormed()) return unit;
        return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
      });
      return `"${written.join('')}"`;
    });
}

const NAMES = [
  'method',
  'params',
  'id',
  'name',
  'arguments',
  'uri',
  'path',
  'x',
  'K',
  '__proto__',
  '0',
];
const SCALARS = [
  '1',
  '-0',
  '1e400',
  '9007199254740993',
  '1.50',
  'true',
  'null',
  '"t"',
  '"\\u0074"',
  '"t\\u0000"',
  '"t\\udead"',
  '""',
  '[]',
];

const scalar: Source = fc.oneof(fc.constantFrom(...SCALARS), fc.string().chain(quoted));

const name: Source = fc
  .constantFrom(...NAMES)
  .chain((base) => fc.oneof({ weight: 4, arbitrary: fc.constant(base) }, disguised(base)))
  .chain(quoted);

function list(open: string, items: Arbitrary<readonly string[]>, close: string): Source {
  return fc
    .tuple(items, blank, blank)
    .map(
      ([all, before, behind]) => open + before + all.join(`${behind},${before}`) + behind + close,
    );
}

function member(named: Source, value: Source): Source {
  return fc.tuple(named, blank, value, blank).map(([n, a, v, b]) => `${n}${a}:${b}${v}`);
}

/** Names, some of which differ only in case. */
const familiar: Source = fc.constantFrom('path', 'Path', 'x', 'X', 'y', 'z').chain(quoted);

const anything: Source = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    list('{', fc.array(member(fc.oneof(name, familiar), tie('value')), { maxLength: 4 }), '}'),
    list('[', fc.array(tie('value'), { maxLength: 3 }), ']'),
  ),
})).value;

/** An object with these members in any order, and sometimes one more. */
function object(members: Readonly<Record<string, Source>>): Source {
  const entries = Object.entries(members);
  const own = entries.map(([key, value]) => member(quoted(key), value));
  const twin = fc
    .constantFrom(...entries)
    .chain(([key, value]) =>
      member(fc.oneof(fc.constant(key), disguised(key)).chain(quoted), value),
    );
  const extra = fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    fc.tuple(twin),
    fc.tuple(member(name, anything)),
  );
  const all = fc
    .tuple(fc.tuple(...own), extra)
    .chain(([some, more]) => fc.shuffledSubarray([...some, ...more], { minLength: some.length }));
  return list('{', all, '}');
}

const text = (...values: string[]): Source => fc.constantFrom(...values).chain(quoted);

const id: Source = fc.oneof(
  fc.constantFrom(...SCALARS.filter((value) => /^[\d"-]/.test(value))),
  text('a'),
);
const meta = fc.oneof(
  { weight: 4, arbitrary: object({ progressToken: id, traceparent: text('00-a-b-01') }) },
  fc.constantFrom('null', '[]', '{}'),
);
const args = fc.oneof(
  { weight: 4, arbitrary: list('{', fc.array(member(name, anything), { maxLength: 4 }), '}') },
  anything,
);

const params = fc.oneof(
  object({ name: text('read', 'delete'), arguments: args }),
  object({ name: text('read', 'delete'), arguments: args, _meta: meta }),
  object({ uri: text('file:///a', 'file:///b') }),
  object({ taskId: text('a', 'b') }),
  fc.constantFrom('null', '[]', '{}'),
  object({ name: text('read'), uri: text('file:///a') }),
  object({ ref: object({ type: text('ref/prompt'), name: text('a', 'b') }) }),
);

const method = text(
  'tools/call',
  'prompts/get',
  'resources/read',
  'tasks/result',
  'completion/complete',
  'ping',
);

const message = fc.oneof(
  { weight: 6, arbitrary: object({ jsonrpc: text('2.0'), id, method, params }) },
  object({ jsonrpc: text('2.0'), method, params }),
  object({ jsonrpc: text('2.0'), id, result: anything }),
);

/** Source texts of JSON documents. Most are messages, some of them with members that are not allowed. */
export const documents: Source = fc.oneof(
  { weight: 6, arbitrary: message },
  list('[', fc.array(message, { maxLength: 3 }), ']'),
  anything,
);
