import { describe, expect, test } from '@jest/globals';
import { valuesOf } from '../support/client/answer.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

async function varied(value: string | readonly string[], own?: string): Promise<string[]> {
  const upstream = await recordingUpstream((_req, res) => {
    res.setHeader('Vary', value);
    res.end('{}');
  });
  const { port, errors } = await startGateway({ target: upstream.target, cors: false }, (app) => {
    app.use((_req, res, next) => {
      if (own !== undefined) res.setHeader('Vary', own);
      next();
    });
  });
  const answer = await send(port);
  expect(answer).toMatchObject({ status: 200, complete: true });
  expect(errors).toEqual([]);
  return valuesOf(answer, 'vary');
}

describe('any `Vary` of the upstream is merged', () => {
  test.each<[string | readonly string[], string[]]>([
    ['Accept-Encoding', ['Accept-Encoding']],
    ['Accept-Encoding,', ['Accept-Encoding']],
    [',, Accept ,', ['Accept']],
    ['', []],
    [' ', []],
    ['not a name', []],
    ['"Accept", Origin', ['Origin']],
    ['Accept; q=1', []],
    ['Accept, *', ['*']],
    [['Accept', 'Origin'], ['Accept, Origin']],
  ])('%j', async (value, expected) => {
    expect(await varied(value)).toEqual(expected);
  });

  test('with what the app has set', async () => {
    expect(await varied('Accept, Cookie,', 'Cookie')).toEqual(['Cookie, Accept']);
    expect(await varied('Accept', '*')).toEqual(['*']);
    expect(await varied('é', 'Cookie')).toEqual(['Cookie']);
  });
});

test('an answer of the gateway’s own has no header of the upstream, and keeps those of the app', async () => {
  const upstream = await recordingUpstream((_req, res) => {
    res.writeHead(200, {
      'Content-Encoding': 'gzip',
      'Mcp-Session-Id': 'of-the-upstream',
      'Set-Cookie': 'of=upstream',
      'X-Mark': 'of-the-upstream',
      'X-Own': 'of-the-upstream',
      Vary: 'Accept',
    });
    res.end('x');
  });
  const headers = { response: { forward: ['Set-Cookie'], set: { 'X-Set': '1' } } };
  const gateway = await startGateway({ target: upstream.target, headers }, (app) => {
    app.use((_req, res, next) => {
      res.setHeader('X-Own', 'of-the-app');
      res.setHeader('Set-Cookie', ['a=1', 'b=2']);
      const { writeHead } = res;
      let isFirst = true;
      res.writeHead = (...args: unknown[]) => {
        if (isFirst) {
          isFirst = false;
          throw new Error('A listener of the app failed');
        }
        return writeHead.apply(res, args as never);
      };
      next();
    });
  });
  const answer = await send(gateway.port);
  expect(answer).toMatchObject({ status: 500, complete: true });
  expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 500 } });
  expect(gateway.errors.map(({ reason }) => reason)).toEqual(['internal_error']);
  for (const name of ['content-encoding', 'mcp-session-id', 'x-mark', 'x-set']) {
    expect([name, valuesOf(answer, name)]).toEqual([name, []]);
  }
  expect(valuesOf(answer, 'x-own')).toEqual(['of-the-app']);
  expect(valuesOf(answer, 'set-cookie')).toEqual(['a=1', 'b=2']);
  expect(valuesOf(answer, 'vary').join().toLowerCase()).not.toContain('accept');
});
