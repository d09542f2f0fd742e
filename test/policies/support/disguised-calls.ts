import fc, { type Arbitrary } from 'fast-check';

/** Source texts, as what is tested is lost in any value. */
type Source = Arbitrary<string>;

/** Spellings of a member's name that some reader takes for it, as they stand in the source. */
const SPELLINGS: ((name: string) => string)[] = [
  (name) => name.toUpperCase(),
  (name) => name[0]?.toUpperCase() + name.slice(1),
  (name) => `${name}\\u0000`,
  (name) => `${name}\\u0000x`,
  (name) => `\\u0000${name}`,
  (name) => name.replace('a', '\uff41'),
  (name) => name.replace('a', 'a_'),
  (name) => `_${name}`,
  (name) => name.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`),
  (name) => name.replace('a', 'a\u200b'),
  (name) => `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}`,
];

function spelled(name: string): Source {
  const disguised = fc.constantFrom(...SPELLINGS).map((spell) => `"${spell(name)}"`);
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(`"${name}"`) },
    { weight: 1, arbitrary: disguised },
  );
}

function member(name: string, value: Source): Source {
  return fc.tuple(spelled(name), value).map(([own, text]) => `${own}:${text}`);
}

function object(members: Arbitrary<readonly string[]>): Source {
  return members
    .chain((all) => fc.shuffledSubarray([...all], { minLength: all.length }))
    .map((all) => `{${all.join()}}`);
}

/** Those members, and now and then one of them once more. */
function withTwin(...members: Source[]): Source {
  const twins = fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(fc.oneof(...members)) },
  );
  return object(fc.tuple(fc.tuple(...members), twins).map(([own, twin]) => [...own, ...twin]));
}

function some(...members: Source[]): Source {
  return object(fc.array(fc.oneof(...members), { maxLength: 2 }));
}

const scalar = fc.constantFrom('1', 'null', '"t"', '[]', '{}', '-0', '1e400');
const inner = some(member('path', scalar), member('y', scalar));
const args = some(
  member('path', scalar),
  member('x', fc.oneof(scalar, inner, inner)),
  member('y', scalar),
);
const tool = fc.constantFrom('"read"', '"write"', '"delete"', '"\\u0064elete"', '"Delete"');
const task = member('taskId', fc.constantFrom('"a"', '"b"', 'null'));
const params = fc.oneof(
  { weight: 4, arbitrary: withTwin(member('name', tool), member('arguments', args)) },
  { weight: 1, arbitrary: withTwin(member('name', tool), member('arguments', args), task) },
);
const method = fc.constantFrom('"tools/call"', '"tools/call"', '"tools\\/call"', '"prompts/get"');
const call = withTwin(
  fc.constant('"jsonrpc":"2.0"'),
  member('id', fc.constantFrom('1', '"a"')),
  member('method', method),
  member('params', params),
);

/** Source texts of calls, many of which say something else to some reader. */
export const disguisedCalls: Source = fc.oneof(
  { weight: 5, arbitrary: call },
  { weight: 1, arbitrary: fc.array(call, { minLength: 1, maxLength: 2 }).map((all) => `[${all}]`) },
);
