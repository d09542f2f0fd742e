import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { UndiciBody } from '../../src/engine/undici/undici-body.ts';

/** A body, what the connection was told, and what a reader has heard. */
function bodyOf(length?: string) {
  const flow: string[] = [];
  const heard: string[] = [];
  const body = new UndiciBody(
    { pause: () => void flow.push('pause'), resume: () => void flow.push('resume') },
    length,
  );
  const read = () =>
    body.on('data', (chunk) => void heard.push(String(chunk))).on('end', () => heard.push('end'));
  return { body, flow, heard, read };
}

const bytes = (text: string) => Buffer.from(text);
const LARGE = 'x'.repeat(4096);

describe('the body of an answer', () => {
  test('is told of at once where it comes whole', () => {
    const { body, heard, read } = bodyOf('5');
    read();
    body.receive(bytes('whole'));
    body.complete();
    expect(heard).toEqual(['whole', 'end']);
  });

  test('is told of once somebody reads, and not in the middle of that', async () => {
    const { body, heard, read } = bodyOf('5');
    body.receive(bytes('whole'));
    body.complete();
    read();
    expect(heard).toEqual([]);
    await turn();
    expect(heard).toEqual(['whole', 'end']);
  });

  test('is told of at once where a small piece comes alone, as events do', async () => {
    const { body, heard, read } = bodyOf();
    read();
    body.receive(bytes('a'));
    expect(heard).toEqual(['a']);
    await turn();
    body.receive(bytes('b'));
    expect(heard).toEqual(['a', 'b']);
  });

  test('comes together where small pieces follow another, in order with large ones', async () => {
    const { body, heard, read } = bodyOf();
    read();
    for (const piece of ['a', 'b', 'c', LARGE, 'd', 'e']) body.receive(bytes(piece));
    expect(heard).toEqual(['a', 'bc', LARGE]);
    await turn();
    expect(heard).toEqual(['a', 'bc', LARGE, 'de']);
    body.receive(bytes('f'));
    body.receive(bytes('g'));
    body.complete();
    expect(heard).toEqual(['a', 'bc', LARGE, 'de', 'f', 'g', 'end']);
    await turn();
    expect(heard).toHaveLength(7);
  });

  test('keeps no more than its own bytes where a small piece of a long read waits', () => {
    const { body, read } = bodyOf();
    const given: Buffer[] = [];
    read().on('data', (piece) => void given.push(piece));
    const long = Buffer.allocUnsafeSlow(64 * 1024).fill('x');
    body.receive(long.subarray(0, 3));
    expect(given.map(String)).toEqual(['xxx']);
    expect(given[0]?.buffer.byteLength).toBe(3);
  });

  test('waits for who has paused it, piece by piece', async () => {
    const { body, heard, read } = bodyOf();
    read();
    body.on('data', () => body.pause());
    for (const piece of [LARGE, 'a', LARGE, 'b']) body.receive(bytes(piece));
    body.complete();
    expect(heard).toEqual([LARGE]);
    const all = [LARGE, 'a', LARGE, 'b'];
    for (let i = 2; i <= all.length; i += 1) {
      body.resume();
      await turn();
      expect(heard).toEqual(all.slice(0, i));
    }
    body.resume();
    await turn();
    expect(heard).toEqual([...all, 'end']);
  });

  test('has the connection wait while much of it is not read', async () => {
    const { body, flow, heard, read } = bodyOf();
    for (let i = 0; i < 15; i += 1) body.receive(bytes(LARGE));
    expect(flow).toEqual([]);
    body.receive(bytes(LARGE));
    expect(flow).toEqual(['pause']);
    read();
    expect(flow).toEqual(['pause']);
    await turn();
    expect(flow).toEqual(['pause', 'resume']);
    expect(heard).toEqual(Array(16).fill(LARGE));
  });

  test('that is cut gives what has come, and no end', async () => {
    const { body, heard, read } = bodyOf();
    read();
    body.receive(bytes('a'));
    body.cut();
    body.receive(bytes('b'));
    body.complete();
    await turn();
    expect(heard).toEqual(['a']);
  });

  test('that is destroyed by its reader gives no more', async () => {
    const { body, heard, read } = bodyOf();
    read();
    body.on('data', () => body.destroy());
    for (const piece of [LARGE, 'a', LARGE]) body.receive(bytes(piece));
    body.complete();
    await turn();
    expect(heard).toEqual([LARGE]);
  });

  test('that nobody wants any more is read away', async () => {
    const { body, flow, heard } = bodyOf();
    body.resume().once('end', () => heard.push('end'));
    for (let i = 0; i < 40; i += 1) body.receive(bytes(LARGE));
    body.receive(bytes('a'));
    body.complete();
    expect([flow, heard]).toEqual([[], ['end']]);
  });
});
