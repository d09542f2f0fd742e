import { execFile } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Consumer } from './consumer.ts';

/** A document with one endpoint, and this in its `extra_config`. */
function documentWith(extra: object): string {
  const backend = [{ url_pattern: '/mcp', host: ['http://127.0.0.1:9999'] }];
  const endpoint = { endpoint: '/mcp', method: 'POST', output_encoding: 'no-op', backend };
  return JSON.stringify({ version: 3, endpoints: [{ ...endpoint, extra_config: extra }] });
}

describe('the command of the packed tarball, with what npm installs by itself', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await Consumer.install();
    await consumer.write('plain.json', documentWith({}));
    const rule = { 'validation/cel': [{ check_expr: "req_method == 'POST'" }] };
    await consumer.write('rule.json', documentWith(rule));
    await consumer.write('plain.yaml', 'version: 3');
    await consumer.write(
      'gateway.config.mjs',
      "export default { target: 'http://127.0.0.1:9999/mcp' };",
    );
  });

  /** As a shell runs it, with the Node of this test. */
  function run(...args: readonly string[]): Promise<{ code: number; said: string }> {
    const command = join(consumer.folder, 'node_modules/.bin/express-mcp-gateway');
    const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
    return new Promise((resolve) => {
      const options = { cwd: consumer.folder, env: { ...process.env, PATH: path } };
      execFile(command, [...args], options, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), said: stdout + stderr });
      });
    });
  }

  test('needs no further package for a document without expressions, nor for a module', async () => {
    for (const file of ['plain.json', 'gateway.config.mjs']) {
      const { code, said } = await run(file, '--check');
      expect([file, code]).toEqual([file, 0]);
      expect(said).toMatch(new RegExp(`^${file} runs: /mcp\n$`, 'm'));
    }
    expect(await run('plain.json', '--print')).toMatchObject({ code: 0 });
  });

  test('names the packages that a document needs', async () => {
    const rule = await run('rule.json', '--check');
    expect(rule).toMatchObject({
      code: 1,
      said: expect.stringContaining('npm install @bufbuild/cel'),
    });
    const yaml = await run('plain.yaml', '--check');
    expect(yaml).toMatchObject({ code: 1, said: expect.stringContaining('npm install yaml') });
    expect(rule.said + yaml.said).not.toMatch(/^ {4}at /m);
  });
});
