import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type CelOptions, cel } from '../../src/exports/cel.ts';

const emitWarning = jest.spyOn(process, 'emitWarning');

beforeEach(() => {
  emitWarning.mockImplementation(() => {});
});
afterEach(() => {
  emitWarning.mockReset();
});

/** What the process is warned of while an expression is made a policy. */
function warningsOf(text: string, options: CelOptions = {}): string[] {
  cel(text, options);
  for (const [, details] of emitWarning.mock.calls)
    expect(details).toEqual({ type: 'McpGatewayWarning', code: 'MCP_GATEWAY_CEL' });
  return emitWarning.mock.calls.map(([warning]) => String(warning));
}

test.each<[text: string, what: string, on?: 'request']>([
  ["mcp.name == 'read'", 'not there in initialize, tools/list'],
  ["mcp.name != 'delete'", "write mcp.method != 'tools/call' || …"],
  ["mcp.arguments.path.startsWith('/docs/')", 'not there in initialize, tools/list'],
  ["mcp.sessionId != 'a'", 'not there in initialize,'],
  ["mcp.method != 'tools/call'", 'not there in GET, DELETE', 'request'],
  [
    "mcp.method != 'tools/call'",
    "leave on: 'request' out, and it is asked about messages only",
    'request',
  ],
  ["mcp == null || mcp.method != 'tools/call'", 'not asked of the messages in it', 'request'],
  ["ip == '10.0.0.1' && (mcp == null || mcp.name != 'a')", '(at offset 40)', 'request'],
  ['JWT.level + 1 == 6', 'numbers of JSON are doubles, write x + 1.0, or int(x) + 1'],
  ['!has(mcp.arguments.n) || mcp.arguments.n < now', 'write timestamp(x)'],
  ['!has(mcp.arguments.n) || mcp.arguments.n % 2 == 0', 'write int(x) % 2'],
])('%s may deny more than is meant: %s', (...[text, what, on]) => {
  expect(warningsOf(text, on && { on }).join('\n')).toContain(what);
});

test.each<[text: string, on: 'message' | 'request']>([
  ["mcp.method != 'tools/call' || mcp.name.startsWith('read_')", 'message'],
  ["!has(mcp.name) || mcp.name != 'delete'", 'message'],
  ["mcp.method != 'tools/call' || mcp.arguments.path.startsWith('/docs/')", 'message'],
  ["principal.subject == 'ada'", 'message'],
  ["'admin' in principal.scopes", 'message'],
  ["has(JWT.dept) && JWT.dept in ['eng', 'ops']", 'message'],
  ["mcp == null || req_method != 'POST'", 'request'],
  ["ip == '10.0.0.1'", 'request'],
  ['int(JWT.level) + 1 == 6 || true', 'message'],
  ['false', 'message'],
])('%s is nothing to warn of, on: %s', (text, on) => {
  expect(warningsOf(text, { on })).toEqual([]);
});

test('a warning shows the place', () => {
  expect(warningsOf("true && mcp.name == 'a'")).toEqual([
    expect.stringMatching(/^cel: .* \(at offset 11\)\n {6}true && mcp\.name == 'a'\n {6} {11}\^$/),
  ]);
});
