import { expect, test } from '@jest/globals';
import { sentencesOf, untyped } from './support/sentences.ts';

const { allowTools, createMcpGateway, denyTools, requireScopes } = untyped;
const target = 'https://mcp.example/mcp';

test.each<[what: string, create: () => unknown, sentences: string[]]>([
  [
    'a text',
    () => createMcpGateway({ target, policies: 'deny' }),
    [
      "policies: given a text; expected an object like { name: 'office hours', check }, or a function (wrong_type)",
    ],
  ],
  [
    'true',
    () => createMcpGateway({ target, policies: true }),
    [
      "policies: given true; expected an object like { name: 'office hours', check }, or a function (wrong_type)",
    ],
  ],
  [
    'a factory that was not called',
    () => createMcpGateway({ target, policies: allowTools }),
    [
      'policies: given the function allowTools itself; expected what it returns: call it, as allowTools(…) (not_called)',
    ],
  ],
  [
    'another that was not called',
    () => createMcpGateway({ target, policies: [requireScopes] }),
    [
      'policies[0]: given the function requireScopes itself; expected what it returns: call it, as requireScopes(…) (not_called)',
    ],
  ],
  [
    'no policy',
    () => createMcpGateway({ target, policies: [] }),
    ['policies: given an empty array; expected a policy or more; false for none (missing)'],
  ],
  [
    'a rule without a name',
    () => createMcpGateway({ target, policies: { check: () => true } }),
    ['policies.name: given undefined; expected a name (missing)'],
  ],
  [
    'a rule without a check',
    () => createMcpGateway({ target, policies: { name: 'office hours' } }),
    ['policies.check: given undefined; expected a function (missing)'],
  ],
  [
    'a mode that there is not',
    () => createMcpGateway({ target, policies: { name: 'a', check: () => true, mode: 'dry-run' } }),
    [`policies.mode: given "dry-run"; expected 'enforce' or 'shadow' (invalid_value)`],
  ],
  [
    'scopes without auth',
    () => createMcpGateway({ target, policies: requireScopes({ 'delete_*': ['mcp:delete'] }) }),
    [
      'policies: given "requireScopes(…)"; expected auth besides: without it no caller has scopes, and every such call is refused (conflict)',
    ],
  ],
  [
    'no tool',
    () => allowTools(),
    [
      "allowTools: given an empty array; expected a list, and in it a tool's name, like 'delete_*' (missing)",
    ],
  ],
  [
    'a list of tools',
    () => allowTools(['read_*']),
    ["allowTools[0]: given an array; expected a tool's name, like 'delete_*' (invalid_value)"],
  ],
  [
    'a pattern of another kind',
    () => denyTools(/delete/),
    [
      "denyTools[0]: given an object of the kind RegExp; expected a tool's name, like 'delete_*' (invalid_value)",
    ],
  ],
  [
    'scopes as a text',
    () => requireScopes({ delete_all: 'mcp:delete' }),
    ['delete_all: given "mcp:delete"; expected a list, and in it a scope (wrong_type)'],
  ],
  [
    'scopes of nothing',
    () => requireScopes({}),
    [
      "requireScopes: given an object; expected a tool's name or more with the scopes it needs, like { 'delete_*': ['mcp:delete'] } (missing)",
    ],
  ],
  [
    'denyAs as a status',
    () => createMcpGateway({ target, denyAs: 403 }),
    ["denyAs: given 403; expected 'http', 'jsonrpc' or 'unknown' (invalid_value)"],
  ],
  [
    'filterLists as a list',
    () => createMcpGateway({ target, filterLists: ['tools'] }),
    ['filterLists: given an array; expected true or false (wrong_type)'],
  ],
])('what is wrong with policies: %s', (_what, create, sentences) => {
  expect(sentencesOf(create)).toEqual(sentences);
});
