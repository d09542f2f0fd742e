import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { fromKrakend, KrakendConfigError } from '../../src/exports/krakend.ts';
import { keyServer, sign, signingKey } from '../support/jwt/issuer.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { checkKeys, type Expectations, type Fields, type Step } from './support/expectations.ts';
import { type Answered, send, start } from './support/start.ts';

const folder = fileURLToPath(new URL('./documents', import.meta.url));
const names = globSync('*.expect.json', { cwd: folder })
  .map((file) => basename(file, '.expect.json'))
  .sort();

const read = (file: string) => readFileSync(`${folder}/${file}`, 'utf8');

test('there are documents, each with its expectations', () => {
  expect(names.length).toBeGreaterThanOrEqual(6);
});

describe.each(names)('%s', (name) => {
  const expectations: Expectations = JSON.parse(read(`${name}.expect.json`));
  const document = read(expectations.config);

  test(expectations.why, async () => {
    checkKeys(expectations);
    if (expectations.outcome === 'refused') {
      const message = refusalOf(document);
      for (const pattern of expectations.messages)
        expect(message).toMatch(new RegExp(pattern, 'i'));
      return;
    }
    const key = await signingKey('k1', 'RS256');
    const idp = await keyServer(key);
    const upstream = await recordingUpstream();
    const own = await start(
      document
        .replaceAll('http://upstream.test:8080', `http://${upstream.host}`)
        .replaceAll('upstream.test:8080', upstream.host)
        .replaceAll('http://idp.test:8081', idp.issuer),
    );
    const warnings = own.warnings.map(({ path, message }) => `${path}: ${message}`).join('\n');
    for (const pattern of expectations.messages) expect(warnings).toMatch(new RegExp(pattern, 'i'));
    const tokens = await tokensOf(expectations, key);
    for (const step of expectations.steps) {
      for (let n = 0; n < (step.repeat ?? 1); n += 1) {
        const before = upstream.seen.length;
        const { headers, ...others } = step.send;
        const answer = await send(own.port, { ...others, headers: withTokens(headers, tokens) });
        check(step, answer, upstream.seen.slice(before));
      }
    }
  });
});

function refusalOf(document: string): string {
  try {
    fromKrakend(document);
  } catch (error) {
    expect(error).toBeInstanceOf(KrakendConfigError);
    return (error as Error).message;
  }
  throw new Error('It starts');
}

async function tokensOf(
  { tokens = {} }: Expectations,
  key: Awaited<ReturnType<typeof signingKey>>,
): Promise<Map<string, string>> {
  const now = Math.floor(Date.now() / 1000);
  const signed = Object.entries(tokens).map(async ([name, { exp, ...claims }]) => {
    return [name, await sign(key, { ...claims, exp: now + Number(exp) })] as const;
  });
  return new Map(await Promise.all(signed));
}

function withTokens(headers: Readonly<Record<string, string>>, tokens: Map<string, string>) {
  const filled = Object.entries(headers).map(([name, value]) => [
    name,
    value.replaceAll(/\{\{(\w+)\}\}/g, (_all, token: string) => {
      const own = tokens.get(token);
      if (own === undefined) throw new Error(`There is no token ${token}`);
      return own;
    }),
  ]);
  return Object.fromEntries(filled);
}

type Seen = Awaited<ReturnType<typeof recordingUpstream>>['seen'];

function check({ name, expect: expected }: Step, answer: Answered, seen: Seen): void {
  const { status, headers = {}, upstream } = expected;
  const allowed = typeof status === 'object' ? status.oneOf : [status ?? answer.status];
  expect([name, allowed]).toEqual([name, expect.arrayContaining([answer.status])]);
  checkFields(name, answer.headers, headers);
  if (upstream === undefined) return;
  const { count = 1, path, headers: fields = {} } = upstream;
  expect([name, seen.length]).toEqual([name, count]);
  if (path !== undefined) expect([name, seen[0]?.url]).toEqual([name, path]);
  if (seen[0] !== undefined) checkFields(name, seen[0].headers, fields);
}

function checkFields(
  step: string,
  given: Readonly<Record<string, string | string[] | undefined>>,
  fields: Fields,
): void {
  for (const [name, expected] of Object.entries(fields)) {
    const value = given[name.toLowerCase()];
    if (typeof expected === 'object' && expected !== null) {
      const { match, notMatch } = expected;
      if (match !== undefined) expect(String(value)).toMatch(new RegExp(match));
      if (notMatch !== undefined) expect(String(value)).not.toMatch(new RegExp(notMatch));
    } else expect([step, name, value ?? null]).toEqual([step, name, expected]);
  }
}
