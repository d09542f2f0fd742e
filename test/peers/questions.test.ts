import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { MODEL_ANSWER, USER_ANSWER } from './support/answers.ts';
import { clientsOf } from './support/clients.ts';
import { everything, sdkV2, startOnce } from './support/servers.ts';

// mcp-proxy relays no questions of the server behind it.
const SERVERS = [
  {
    ...sdkV2,
    sampling: { name: 'test_sampling', arguments: { prompt: 'Well?' } },
    elicitation: { name: 'test_elicitation', arguments: { message: 'Well?' } },
  },
  {
    ...everything,
    sampling: { name: 'trigger-sampling-request', arguments: { prompt: 'Well?' } },
    elicitation: { name: 'trigger-elicitation-request', arguments: {} },
  },
];

const QUESTIONS = [
  { question: 'sampling', says: MODEL_ANSWER.content.text },
  { question: 'elicitation', says: USER_ANSWER },
] as const;

describe.each(SERVERS)('server: $name', (kind) => {
  const server = startOnce(kind);

  describe.each(clientsOf(kind))('client: $name', ({ era, connect }) => {
    test.each(QUESTIONS)(
      '$question: the question and its answer go as without the gateway',
      async ({ question, says }) => {
        const gateway = await startGateway({ target: server().url });

        async function use(url: string) {
          const client = await connect(url);
          await client.listens();
          const before = client.wire.lines;
          const posts = before.filter((line) => line.startsWith('POST ')).length;
          const result = await client.callTool(kind[question]);
          // The result may overtake the 202 to the answer that it rests on.
          await client.wire.has('POST', posts + 2);
          return { result, wire: client.wire.lines.slice(before.length).toSorted() };
        }

        const direct = await use(server().url);
        expect(JSON.stringify(direct.result)).toContain(says);
        // In a session the answer is a POST of its own; else it is in a second call.
        const second = era === 'legacy' ? /^POST 202 / : /^POST 200 /;
        expect(direct.wire).toHaveLength(2);
        expect(direct.wire).toContainEqual(expect.stringMatching(second));
        expect(await use(gateway.url)).toEqual(direct);
        expect(gateway.errors).toEqual([]);
      },
    );
  });
});
