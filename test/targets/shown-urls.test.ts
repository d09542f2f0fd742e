import { describe, expect, test } from '@jest/globals';
import { createMcpGateway } from '../../src/index.ts';

const urlsOf = (target: string | readonly string[]) => {
  const gateway = createMcpGateway({ target, onError() {} });
  const shown = gateway.targets().map(({ url }) => url);
  expect(gateway.stats().targets.map(({ url }) => url)).toEqual(shown);
  return shown;
};

describe('operators see no key that is in the query of a target', () => {
  test.each([
    ['http://127.0.0.1:1/mcp', 'http://127.0.0.1:1/mcp'],
    ['http://127.0.0.1:1/mcp?', 'http://127.0.0.1:1/mcp?'],
    ['http://127.0.0.1:1/mcp?key=k3y', 'http://127.0.0.1:1/mcp?key=•••'],
    ['http://127.0.0.1:1/mcp?a=k3y&b=k3y=k3y&c=', 'http://127.0.0.1:1/mcp?a=•••&b=•••&c='],
    ['http://127.0.0.1:1/mcp?k3y', 'http://127.0.0.1:1/mcp?•••'],
    ['http://127.0.0.1:1/{a}?b={b}&c={b}k3y', 'http://127.0.0.1:1/%7Ba%7D?b={b}&c=•••'],
  ])('%s', (target, shown) => {
    expect(urlsOf(target)).toEqual([shown]);
  });

  test('a target is found by its URL, and as it is shown where no other is shown so', async () => {
    const [a, b, c] = ['a?key=1', 'b?key=1', 'b?key=2'].map((end) => `http://127.0.0.1:1/${end}`);
    const gateway = createMcpGateway({ target: [a, b, c] as string[], onError() {} });
    const states = () => gateway.targets().map(({ state }) => state);
    const [shown = '', alike = ''] = gateway.targets().map(({ url }) => url);
    await gateway.drain(shown, { graceMs: 0 });
    expect(states()).toEqual(['draining', 'closed', 'closed']);
    gateway.restore(shown);
    await gateway.drain(c as string, { graceMs: 0 });
    expect(states()).toEqual(['closed', 'closed', 'draining']);
    await expect(gateway.drain(alike)).rejects.toThrow('give the URL as configured');
    expect(() => gateway.restore('http://127.0.0.1:1/a')).toThrow('No target of the gateway');
  });
});
