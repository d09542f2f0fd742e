import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { expectFailure } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { closedPort } from '../support/closed-port.ts';
import { startGateway } from '../support/gateway.ts';
import { testOnIpv6 } from '../support/ipv6.ts';
import { Clock, gate, outcomeOf } from '../support/jwt/gate.ts';
import { signingKey } from '../support/jwt/issuer.ts';
import { HERE, nameServers } from '../support/name-servers.ts';
import { serve } from '../support/servers.ts';

/** A name that nobody has looked up. */
const fresh = (word: string) => `${word}-${randomUUID()}.test`;

const upstreamPort = async () => (await serve((_req, res) => res.end('{}'))).port;

const mountAt = (host: string, port: number, connect = '60s') =>
  startGateway({ target: `http://${host}:${port}/mcp`, timeout: { connect } });

/** One that gives up the name soon. */
const mountAtSilent = (host: string, port: number) => mountAt(host, port, '300ms');

describe('a name whose servers are silent', () => {
  test.each([
    ['a name', fresh('good')],
    ['localhost', 'localhost'],
    ['a name of this machine', 'app.localhost'],
  ])('delays nobody at another mount: %s', async (_, good) => {
    const dead = fresh('dead');
    const names = nameServers({ [dead]: 'silence', [good]: HERE });
    const port = await upstreamPort();
    const [broken, working] = [await mountAtSilent(dead, port), await mountAt(good, port)];
    const failed = Array.from({ length: 12 }, () => send(broken.port));
    expect(await send(working.port)).toMatchObject({ status: 200 });
    for (const answer of await Promise.all(failed)) expect(answer.status).toBe(504);
    expect(await send(working.port)).toMatchObject({ status: 200 });
    expect((await send(broken.port)).status).toBe(504);
    // Those who gave up have left one look-up behind, for all of them.
    expect(names.asked.filter((name) => name === dead)).toHaveLength(1);
  });

  test('three of them delay nobody either', async () => {
    const dead = [fresh('dead'), fresh('dead'), fresh('dead')];
    const good = fresh('good');
    nameServers({ ...Object.fromEntries(dead.map((name) => [name, 'silence'])), [good]: HERE });
    const port = await upstreamPort();
    const broken = await Promise.all(dead.map((name) => mountAtSilent(name, port)));
    const working = await mountAt(good, port);
    const failed = await Promise.all(broken.map((gateway) => send(gateway.port)));
    expect(failed.map(({ status }) => status)).toEqual([504, 504, 504]);
    expect(await send(working.port)).toMatchObject({ status: 200 });
  });

  test.each([
    ['a line of its own', (name: string) => `127.0.0.1 localhost\n10.0.0.7 ${name}\n`],
    [
      'among others',
      (name: string) => `10.0.0.7\tone.test  ${name.toUpperCase()} two.test # three`,
    ],
    ['at the end, on Windows', (name: string) => `# hosts\r\n\r\n10.0.0.7 ${name}\r\n`],
  ])('delays no name that the hosts file has, where no server answers: %s', async (_, file) => {
    const [dead, good] = [fresh('dead'), fresh('good')];
    const names = nameServers({ [dead]: 'silence', [good]: HERE });
    names.hostsFile = file(good);
    const port = await upstreamPort();
    const [broken, working] = [await mountAtSilent(dead, port), await mountAt(good, port)];
    expect((await send(broken.port)).status).toBe(504);
    expect(await send(working.port)).toMatchObject({ status: 200 });
  });

  test.each([
    ['in a comment', (name: string) => `10.0.0.7 one.test # ${name}`],
    ['as a part of another', (name: string) => `10.0.0.7 a.${name} ${name}.a`],
    ['in place of an address', (name: string) => `${name} one.test`],
  ])('a name that stands there %s takes no thread from others', async (_, file) => {
    const [dead, other, good] = [fresh('dead'), fresh('dead'), fresh('good')];
    const names = nameServers({ [dead]: 'silence', [other]: 'silence', [good]: HERE });
    names.hostsFile = `10.0.0.7 ${good}\n${file(other)}`;
    const port = await upstreamPort();
    for (const name of [dead, other])
      expect((await send((await mountAtSilent(name, port)).port)).status).toBe(504);
    expect(await send((await mountAt(good, port)).port)).toMatchObject({ status: 200 });
    expect(names.asked).toEqual([dead, good]);
  });

  test('localhost is known although every thread is taken', async () => {
    const dead = [fresh('dead'), fresh('dead')];
    nameServers({ localhost: 'silence', [dead[0] ?? '']: 'silence', [dead[1] ?? '']: 'silence' });
    const port = await upstreamPort();
    await Promise.all(dead.map(async (name) => send((await mountAtSilent(name, port)).port)));
    const working = await startGateway({ target: `http://localhost:${port}/mcp` });
    expect(await send(working.port)).toMatchObject({ status: 200 });
  });

  test('as the name of a key server: one look-up, however often keys are needed', async () => {
    const dead = fresh('keys');
    const names = nameServers({ [dead]: 'silence' });
    const key = await signingKey('key-1');
    const own = await gate(
      { issuer: `https://${dead}`, jwksUri: `https://${dead}/keys` },
      {},
      new Clock(50),
    );
    for (let n = 0; n < 3; n += 1) {
      expect(await outcomeOf(own, await own.good(key))).toBe('unavailable');
      own.clock.pass(60_000);
    }
    expect(names.asked).toEqual([dead]);
  });
});

test('a name that is not known: 502, as ever', async () => {
  nameServers({});
  const gateway = await mountAt(fresh('unknown'), 1);
  expectFailure(await send(gateway.port), 'upstream_unreachable', gateway);
});

describe('several addresses of a name', () => {
  test.each([
    ['the second', [{ address: '127.0.0.2', family: 4 }, ...HERE]],
    ['one of the other family', [{ address: '::1', family: 6 }, ...HERE]],
  ])('nobody listens at the first: %s is tried', async (_, addresses) => {
    const name = fresh('two');
    nameServers({ [name]: addresses });
    const gateway = await mountAt(name, await upstreamPort());
    expect(await send(gateway.port)).toMatchObject({ status: 200 });
  });

  testOnIpv6('IPv6 alone', async () => {
    const name = fresh('six');
    nameServers({ [name]: [{ address: '::1', family: 6 }] });
    const gateway = await mountAt(name, await closedPort());
    expectFailure(await send(gateway.port), 'upstream_unreachable', gateway);
  });
});
