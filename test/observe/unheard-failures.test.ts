import { once } from 'node:events';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ERRORS } from '../../src/errors.ts';
import { rawClient } from '../support/client/raw.ts';
import { post, send } from '../support/client/send.ts';
import { forkModule } from '../support/fork-module.ts';
import { call } from '../support/messages.ts';
import { atTestEnd } from '../support/servers.ts';

/** Two of these are more than 1 KB. */
const BODY = `${call('x')}${' '.repeat(700)}`;

/** A process of its own loads the whole library, and is then asked a hundred times. */
const PROCESS_MS = 60_000;

interface Warning {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** A gateway for each way to fail, in one process, which is asked twice for each of them. */
async function failEachTwice(told: string) {
  const script = new URL('support/failing-gateways.ts', import.meta.url);
  const child = forkModule(script, [told], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  atTestEnd(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('The process ended')));
  const [port] = (await Promise.race([once(child, 'message'), ended])) as [number];
  // On connections of their own: between the two, one that is kept may be closed.
  const ask = async (path: string) => JSON.parse((await send(port, { method: 'GET', path })).body);
  const { reasons, options } = (await ask('/failing')) as Record<string, string[]>;
  const answers: Record<string, object[]> = {};
  for (const name of [...(reasons ?? []), ...(options ?? []), 'mcpProxy']) {
    const path = `/${name.replaceAll(/[^\w.]/g, '-')}?token=SECRET-in-a-query`;
    const headers = {
      Authorization: 'Bearer SECRET-token',
      // Only then the app's function is called.
      'X-Forwarded-For': name === 'internal_error' ? '10.0.0.1' : undefined,
    };
    if (name === 'overloaded') await fillMemory(port, path);
    answers[name] = [];
    for (let i = 0; i < 2; i += 1) {
      const { status, body } = await post(port, BODY, { path, headers });
      answers[name]?.push({ status, body });
    }
  }
  const warnings = (await ask('/warnings')) as Warning[];
  return { reasons: reasons ?? [], options: options ?? [], answers, warnings };
}

/** A body that is held, all but its last byte, until there is no room for another. */
async function fillMemory(port: number, path: string): Promise<void> {
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
  const client = await rawClient(port);
  client.send(`${head}Content-Length: ${BODY.length + 1}\r\n\r\n${BODY}`);
  let status = 0;
  while (status !== 503) ({ status } = await post(port, BODY, { path }));
}

/** What each warning is about: the name of its gateway, and the reason or the option. */
function aboutWhat({ message }: Warning): readonly unknown[] {
  const [, gateway, reason, option] =
    /^MCP gateway "(.*?)": (?:\d{3} (\w+)|(\S+) failed: )/.exec(message) ?? [];
  return [gateway, reason ?? option];
}

let unheard: Awaited<ReturnType<typeof failEachTwice>>;
beforeAll(async () => {
  unheard = await failEachTwice('nobody');
}, PROCESS_MS);

test('where nobody is told of failures, the process is, once for each reason and function', () => {
  const { reasons, options, warnings, answers } = unheard;
  const rows = Object.entries(ERRORS).filter(([, { status }]) => status >= 500);
  expect(new Set(reasons)).toEqual(new Set(rows.map(([reason]) => reason)));
  expect(options.length).toBeGreaterThan(15);
  const expected = [
    ...reasons.map((reason) => [reason, reason]),
    ['upstream_unavailable', 'upstream_unreachable'],
    ...options.map((option) => [option, option]),
    // Its upstream answers 401 as well.
    ['headers.set.Authorization.onUpstreamUnauthorized', 'upstream_unauthorized'],
    ['mcpProxy', 'upstream_unreachable'],
  ];
  expect(warnings).toHaveLength(expected.length);
  expect(warnings.map(aboutWhat)).toEqual(expect.arrayContaining(expected));
  for (const { name, code } of warnings) {
    expect([name, code]).toEqual(['McpGatewayWarning', 'MCP_GATEWAY_FAILURE']);
  }
  const text = JSON.stringify(warnings);
  expect(text).not.toMatch(/SECRET/);
  expect(JSON.stringify(answers)).not.toMatch(/SECRET/);
});

describe('a warning says', () => {
  test.each([
    ['the code of what failed', 'upstream_unreachable', /\(ECONNREFUSED\)/],
    [
      'where a redirect leads',
      'upstream_invalid',
      /\(redirect to http:\/\/127\.0\.0\.1:\d+\/other\)/,
    ],
    ['which timer ran out', 'upstream_timeout', /\(response timer\)/],
    ['the code of a store', 'store_unavailable', /\(EPIPE\)/],
    ['the code of a key server', 'keys_unavailable', /\(ENOTFOUND\)/],
    ['where a function threw', 'use', /RangeError at \S*failing-gateways\.ts:\d+:\d+\./],
    ['the code of what it threw', 'use[1]', /EIO at \S*failing-gateways\.ts:\d+:\d+\./],
    ['what a policy may give', 'policies[0]', /A policy gives true, false or/],
    ['what an authenticator may give', 'auth[0]', /An authenticator gives/],
    ['what a limit may give', 'rateLimit[1].by[1]', /gives a text/],
    ['that a header has no value', 'headers.set.X-Text', /gave no header value/],
    ['where a handler threw', 'target', /RangeError at \S*failing-gateways\.ts:\d+:\d+\./],
    ['how to hear more', 'auth', /set onError or observe/],
  ])('%s', (_what, gateway, expected) => {
    const own = unheard.warnings.find(({ message }) => message.includes(`"${gateway}"`));
    expect(own?.message).toMatch(expected);
  });
});

test(
  'options that are switched off tell nobody',
  async () => {
    const { warnings } = await failEachTwice('nothing');
    expect(warnings.map(aboutWhat)).toEqual(unheard.warnings.map(aboutWhat));
  },
  PROCESS_MS,
);

test.each([['onError'], ['observe']])(
  'with %s there is none, and the answers are the same',
  async (told) => {
    const heard = await failEachTwice(told);
    const ofGateways = heard.warnings.filter((warning) => aboutWhat(warning)[0] !== 'mcpProxy');
    expect(ofGateways).toEqual([]);
    expect(heard.answers).toEqual(unheard.answers);
  },
  PROCESS_MS,
);
