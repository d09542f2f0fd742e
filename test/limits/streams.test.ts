import { describe, expect, test } from '@jest/globals';
import { valuesOf } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { errorOf } from '../support/client/refusal.ts';
import { headOf } from '../support/client/request.ts';
import { post } from '../support/client/send.ts';
import { call, modern, modernHeaders } from '../support/messages.ts';
import { byHeader } from './support/limited.ts';
import { GET, streaming } from './support/streaming.ts';

describe('one stream more than may be open', () => {
  test('is refused with 429 before the upstream hears of it; others go on', async () => {
    const { open, answers, port } = await streaming({ total: 2 });
    const [first] = [await open(), await open()];
    const answer = await fetch(`http://127.0.0.1:${port}/mcp`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '10']);
    expect(await answer.json()).toMatchObject({
      id: null,
      error: { code: 429, data: { reason: 'too_many_streams' } },
    });
    expect(answers).toHaveLength(2);
    expect(first.ending).toBeUndefined();
  });

  test('perUser: of each user; of each address where there is none', async () => {
    const { open } = await streaming({ perUser: 1 }, { auth: byHeader, sessions: false });
    const statuses = [];
    for (const user of ['a', 'a', 'b']) {
      statuses.push(...(await open(`${GET}X-User: ${user}\r\n`)).statuses);
    }
    expect(statuses).toEqual([200, 429, 200]);

    const anonymous = await streaming({ perUser: 1 });
    const open2 = (ip: string) => anonymous.open(`${GET}X-Forwarded-For: ${ip}\r\n`);
    const ips = ['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.2'];
    expect((await Promise.all([open2(ips[0] as string)])).flatMap((c) => c.statuses)).toEqual([
      200,
    ]);
    expect((await open2(ips[1] as string)).statuses).toEqual([429]);
    expect((await open2(ips[2] as string)).statuses).toEqual([200]);
  });

  test('perIp: of each address, whoever it is; each cap holds besides the others', async () => {
    const caps = { perUser: 2, perIp: 1 };
    const { open } = await streaming(caps, { auth: byHeader, sessions: false });
    const from = async (user: string, ip: string) =>
      (await open(`${GET}X-User: ${user}\r\nX-Forwarded-For: ${ip}\r\n`)).statuses[0];
    expect(await from('a', '192.0.2.1')).toBe(200);
    expect(await from('b', '192.0.2.1')).toBe(429);
    expect(await from('a', '192.0.2.2')).toBe(200);
    expect(await from('a', '192.0.2.3')).toBe(429);
    expect(await from('b', '192.0.2.3')).toBe(200);
  });

  test('a subscription of the modern era is one', async () => {
    const { open, port } = await streaming({ total: 1 });
    const body = modern('subscriptions/listen');
    const head = `${headOf({ headers: modernHeaders('subscriptions/listen') })}Content-Length: ${body.length}\r\n`;
    const client = await rawClient(port);
    client.send(`${head}\r\n${body}`);
    await client.has(/data: 1/);
    expect((await open()).statuses).toEqual([429]);
    const refused = await post(port, body, { headers: modernHeaders('subscriptions/listen') });
    expect([refused.status, errorOf(refused).data.reason]).toEqual([429, 'too_many_streams']);
    expect(valuesOf(refused, 'retry-after')).toEqual(['10']);
  });

  test('a call that is answered with a stream is none, and is never refused for it', async () => {
    const { open, port, answers } = await streaming({ total: 1 });
    await open();
    const client = await rawClient(port);
    const body = call('t');
    client.send(`${headOf()}Content-Length: ${body.length}\r\n\r\n${body}`);
    await client.has(/data: 1/);
    expect(client.statuses).toEqual([200]);
    answers[1]?.end();
    await client.closed();
  });
});
