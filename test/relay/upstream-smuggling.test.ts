import { expect, test } from '@jest/globals';
import { type Answer, readAnswer } from '../support/client/answer.ts';
import { exchange } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { describeCorpus } from '../support/corpus.ts';
import { startGateway } from '../support/gateway.ts';
import { latin1 } from '../support/on-head.ts';
import { rawUpstream } from '../support/upstream.ts';

/** Twelve bytes as a length frames them, two as chunks do. */
const BODY = '2\r\n{}\r\n0\r\n\r\n';

/**
 * Relayed with the one framing that is left, the odd field being no `Transfer-Encoding` to anybody. One
 * that some server would take for it, as CGI does `_` for `-`, is not relayed.
 */
function expectByLength(answer: Answer, field: string, mark: string): void {
  const colon = field.indexOf(':');
  const name = field.slice(0, colon).toLowerCase();
  const isTaken = name.replaceAll('_', '-') === 'transfer-encoding';
  const odd = isTaken ? [] : [[name, field.slice(colon + 1).trim()]];
  expect(answer.headers).toEqual(
    expect.arrayContaining([...odd, ['x-case', mark], ['content-length', `${BODY.length}`]]),
  );
  const names = answer.headers.map(([lower]) => lower.replaceAll('_', '-'));
  expect(names).not.toContain('transfer-encoding');
  expect(answer).toMatchObject({ status: 200, complete: true, rest: Buffer.alloc(0) });
  expect(answer.body).toBe(BODY);
}

describeCorpus<Record<string, string>>(
  'smuggler/te-mutations.json',
  'an obfuscated Transfer-Encoding beside a length is 502, or is none to anybody',
  (mutations) => {
    const heads = Object.entries(mutations);
    const lists = [...new Set(heads.map(([name]) => name.replace(/:.*/, '')))];

    test.each(lists)('%s', async (list) => {
      let bytes = '';
      const upstream = await rawUpstream((connection) => {
        connection.on('bytes', () => {
          if (connection.received.endsWith('"ping"}')) connection.socket.write(latin1(bytes));
        });
      });
      const gateway = await startGateway({ target: upstream.target });

      let refused = 0;
      for (const [name, head] of heads.filter(([name]) => name.startsWith(`${list}:`))) {
        const start = head.indexOf('HTTP/1.1\r\n') + 'HTTP/1.1\r\n'.length;
        const field = head.slice(start, head.indexOf('\r\nHost: __HOST__'));
        bytes =
          `HTTP/1.1 200 OK\r\n${field}\r\nX-Case: ${name}\r\n` +
          `Content-Length: ${BODY.length}\r\n\r\n${BODY}`;

        const answer = readAnswer(await exchange(gateway.port, rawRequest()));

        if (answer?.status === 502) refused += 1;
        else if (answer === undefined) throw new Error(`${name}: no answer`);
        else expectByLength(answer, field, name);
      }
      expect(refused).toBeGreaterThan(100);
      expect(gateway.errors.map(({ reason }) => reason)).toEqual(
        Array(refused).fill('upstream_invalid'),
      );
    });
  },
);
