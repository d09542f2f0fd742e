import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import bcrypt from 'bcryptjs';
import {
  BACKEND_EXTRA,
  ENDPOINT,
  EXTRA,
  pathOf,
  SERVICE,
  type Step,
  VALIDATOR,
} from './support/base.ts';
import { outcomeOf, said } from './support/outcome.ts';
import { changed, runningWith } from './support/running.ts';

const OWN = [...EXTRA, 'auth/basic'];
const SHARED = [...SERVICE, 'auth/basic'];

const hashOf = (password: string, cost = 4) => bcrypt.hashSync(password, cost);
/** As `htpasswd -B` writes it. */
const ADA = hashOf('lovelace').replace('$2b$', '$2y$');
const BOB = hashOf('pass:wörd');

const as = (user: string, password: string) => ({
  headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
});

const run = promisify(execFile);

let files = 0;
function fileWith(...lines: string[]): string {
  files += 1;
  const file = join(tmpdir(), `krakend-${process.pid}-${files}.htpasswd`);
  writeFileSync(file, lines.join('\n'));
  return file;
}

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** No password gets to the thread before this is called. */
function holdPasswords(): () => void {
  const waiting: (() => void)[] = [];
  const posting = jest.spyOn(Worker.prototype, 'postMessage');
  posting.mockImplementation(function (this: Worker, ...message) {
    waiting.push(() => this.postMessage(...message));
  });
  return () => {
    posting.mockRestore();
    for (const post of waiting) post();
  };
}

describe('a user of the document', () => {
  test('comes in by the password, and nobody else', async () => {
    const { ask, statuses, upstream } = await runningWith([
      [[...ENDPOINT, 'input_headers'], ['*']],
      [OWN, { users: { ada: ADA, bob: BOB } }],
    ]);
    expect(await statuses([as('ada', 'lovelace'), as('bob', 'pass:wörd')])).toEqual([200, 200]);
    expect(
      await statuses([
        {},
        as('ada', 'lovelacE'),
        as('ada', 'pass:wörd'),
        as('ada', ''),
        as('eve', 'lovelace'),
        as('', 'lovelace'),
        as('Ada', 'lovelace'),
        as('__proto__', 'lovelace'),
        as('ada', ADA),
      ]),
    ).toEqual([401, 401, 401, 401, 401, 401, 401, 401, 401]);
    expect(upstream.seen).toHaveLength(2);
    for (const { headers } of upstream.seen) expect(headers).not.toHaveProperty('authorization');
    const refused = await ask(as('ada', 'wrong'));
    expect(refused.headers['www-authenticate']).toBe('Basic realm="mcp", charset="UTF-8"');
    expect((await ask({})).headers['www-authenticate']).toBe('Basic realm="mcp", charset="UTF-8"');
  });

  test.each<[what: string, authorization: string]>([
    ['a token', 'Bearer x.y.z'],
    ['no base64', 'Basic a b'],
    ['no colon', `Basic ${Buffer.from('ada').toString('base64')}`],
    ['letters that are no UTF-8', `Basic ${Buffer.from([97, 58, 255]).toString('base64')}`],
    [
      'a name that only begins like Basic',
      `Basic-x ${Buffer.from('ada:lovelace').toString('base64')}`,
    ],
    ['nothing', 'Basic'],
  ])('does not come in with %s', async (_what, authorization) => {
    const { ask, upstream } = await runningWith([[OWN, { users: { ada: ADA } }]]);
    const { status, headers } = await ask({ headers: { authorization } });
    expect([status, headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Basic /)]);
    expect(upstream.seen).toEqual([]);
  });

  test('is who limits count, and sessions belong to', async () => {
    const { ask, statuses } = await runningWith([
      [OWN, { users: { ada: ADA, bob: BOB } }],
      [[...BACKEND_EXTRA, 'validation/cel'], [{ check_expr: "principal.subject == 'ada'" }]],
    ]);
    expect(await statuses([as('ada', 'lovelace'), as('bob', 'pass:wörd')])).toEqual([200, 403]);
    const session = { 'mcp-session-id': 'of nobody' };
    const { status } = await ask({ headers: { ...as('ada', 'lovelace').headers, ...session } });
    expect(status).toBe(404);
  });
});

test('users come from a file too, and those of the document go before them', async () => {
  const file = fileWith('# comment', '', `ada:${hashOf('other')}`, `eve:${hashOf('eden')}\r`);
  const { statuses } = await runningWith([
    [SHARED, { htpasswd_path: file, users: { ada: ADA } }],
    [OWN, {}],
  ]);
  expect(await statuses([as('ada', 'lovelace'), as('ada', 'other'), as('eve', 'eden')])).toEqual([
    200, 401, 200,
  ]);
});

test('an endpoint with users of its own takes no others, which is worth a warning', async () => {
  const { statuses, warnings } = await runningWith([
    [SHARED, { users: { bob: BOB } }],
    [OWN, { users: { ada: ADA } }],
  ]);
  expect(await statuses([as('ada', 'lovelace'), as('bob', 'pass:wörd')])).toEqual([200, 401]);
  expect(warnings).toContainEqual({
    path: pathOf(OWN),
    message: expect.stringMatching(/only the users of the endpoint/),
  });
});

describe('comparing passwords', () => {
  const SLOW = hashOf('lovelace', 9);

  test('is done once for those who ask the same, and again after a while', async () => {
    const { ask, upstream } = await runningWith([[OWN, { users: { ada: SLOW } }]]);
    // More than may wait at once.
    const asked = Array.from({ length: 60 }, () => ask(as('ada', 'lovelace')));
    const together = await Promise.all(asked);
    expect(new Set(together.map(({ status }) => status))).toEqual(new Set([200]));
    expect(upstream.seen).toHaveLength(60);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'performance'] });
    jest.setSystemTime(Date.now() + 301_000);
    expect((await ask(as('ada', 'lovelace'))).status).toBe(200);
  });

  test('is refused with 503 where too many wait, whoever they say they are', async () => {
    const { ask, upstream } = await runningWith([[OWN, { users: { ada: ADA } }]]);
    const release = holdPasswords();
    let refused = 0;
    const guesses = Array.from({ length: 60 }, async (_, i) => {
      const { status } = await ask(as(i % 2 ? 'ada' : 'eve', `${i}`));
      // Until then, all have to be there.
      if (status === 503 && ++refused === 10) release();
      return status;
    });
    const statuses = await Promise.all(guesses);
    expect(statuses.filter((status) => status === 503)).toHaveLength(10);
    expect(statuses.filter((status) => status === 401)).toHaveLength(50);
    expect((await ask(as('ada', 'lovelace'))).status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
  });

  test('does not hold a process that has nothing else to do', async () => {
    const file = new URL('../../src/krakend/basic/password-check.ts', import.meta.url).href;
    const code = `
      const { PasswordCheck } = await import(${JSON.stringify(file)});
      const held = setInterval(() => {}, 1000);
      console.log(await new PasswordCheck().compare('lovelace', ${JSON.stringify(SLOW)}));
      clearInterval(held);
      // Sooner than the thread is given up, and never where nothing holds the process.
      setTimeout(() => console.log('held'), 5000).unref();
    `;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code]);
    expect(stdout).toBe('true\n');
  });

  test('never lets in who is not there, with the password of somebody else', async () => {
    const { statuses } = await runningWith([[OWN, { users: { ada: ADA } }]]);
    const eve = as('eve', 'lovelace');
    expect(await statuses([eve, eve, as('ada', 'lovelace'), eve])).toEqual([401, 401, 200, 401]);
  });
});

describe('what lets nobody in, or anybody, is refused', () => {
  const users = (hash: unknown, name = 'ada') => ({ users: { [name]: hash } });
  test.each<[what: string, value: object, path: readonly Step[], message: RegExp]>([
    ['no users', {}, OWN, /there is no user/],
    ['an empty list of users', { users: {} }, OWN, /there is no user/],
    ['a password in the clear', users('lovelace'), [...OWN, 'users', 'ada'], /hash of bcrypt/],
    ['a hash of Apache', users('$apr1$x$y'), [...OWN, 'users', 'ada'], /hash of bcrypt/],
    ['a number', users(5), [...OWN, 'users', 'ada'], /hash of bcrypt/],
    ['half a hash', users(ADA.slice(0, 40)), [...OWN, 'users', 'ada'], /hash of bcrypt/],
    ['a name with a colon', users(ADA, 'a:b'), [...OWN, 'users', 'a:b'], /htpasswd -B/],
    [
      'a hash that takes for ever',
      users(ADA.replace('$04$', '$31$')),
      [...OWN, 'users', 'ada'],
      /takes seconds/,
    ],
    [
      'a file that is not there',
      { htpasswd_path: '/none' },
      [...OWN, 'htpasswd_path'],
      /cannot be read/,
    ],
    ['a list of users', { users: ['ada'] }, [...OWN, 'users'], /an object/],
    ['a misspelt key', { htpasswd: '/x' }, [...OWN, 'htpasswd'], /ignores it/],
  ])('%s', (_what, value, path, message) => {
    expect(outcomeOf(changed([[OWN, value]])).problems).toContainEqual(
      expect.objectContaining({ path: pathOf(path), message: expect.stringMatching(message) }),
    );
  });

  test('a line of a file, by its number', () => {
    const file = fileWith(`ada:${ADA}`, 'bob:secret', 'eve');
    const { problems } = outcomeOf(changed([[OWN, { htpasswd_path: file }]]));
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^line 2: write a hash of bcrypt/),
      expect.stringMatching(/^line 3: write a user and a hash/),
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/secret/);
  });

  test('another way to come in beside it', () => {
    const { problems } = outcomeOf(
      changed([
        [OWN, users(ADA)],
        [[...EXTRA, 'auth/validator'], VALIDATOR],
      ]),
    );
    expect(problems).toContainEqual(
      expect.objectContaining({
        path: pathOf([...EXTRA, 'auth/validator']),
        message: expect.stringMatching(/auth\/validator and auth\/basic together/),
      }),
    );
  });

  test('the header of the password for the backend', () => {
    const { problems } = outcomeOf(
      changed([
        [OWN, users(ADA)],
        [[...ENDPOINT, 'input_headers'], ['Authorization']],
      ]),
    );
    expect(problems[0]).toMatchObject({ message: expect.stringMatching(/for the gateway/) });
  });
});

test('users of the service that an endpoint does not ask for leave it open, with a warning', async () => {
  const keys = { identifier: 'X-Key', keys: [{ key: 'one', roles: [] }] };
  const { statuses, warnings } = await runningWith([
    [SHARED, { users: { ada: ADA } }],
    [[...SERVICE, 'auth/api-keys'], keys],
  ]);
  expect(await statuses([{}])).toEqual([200]);
  expect(said(warnings, pathOf(OWN))).toMatch(/asks for no password/);
  expect(said(warnings, pathOf([...EXTRA, 'auth/api-keys']))).toMatch(
    /asks for none, as in KrakenD/,
  );
  const asking = outcomeOf(
    changed([
      [SHARED, { users: { ada: ADA } }],
      [[...SERVICE, 'auth/api-keys'], keys],
      [OWN, {}],
    ]),
  );
  expect(asking.problems).toEqual([]);
  expect(asking.warnings.map(({ message }) => message).join()).not.toMatch(/asks for no/);
});
