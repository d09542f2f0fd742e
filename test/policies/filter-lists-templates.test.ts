import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Policy } from '../../src/index.ts';
import { post } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { message } from '../support/messages.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { answer, filtering, result } from './support/filtered.ts';

const LIST = message('resources/templates/list');
const list = (...templates: string[]) =>
  result(
    `"resourceTemplates":[${templates.map((text) => `{"name":"n","uriTemplate":${JSON.stringify(text)}}`).join()}]`,
  );

/** What a caller sees of a server's templates. */
async function shown(policies: Policy, ...templates: string[]): Promise<string[]> {
  const { gateway } = await filtering(answer(list(...templates)), { policies });
  const { body } = await post(gateway.port, LIST);
  const seen = JSON.parse(body).result.resourceTemplates as { uriTemplate: string }[];
  return seen.map(({ uriTemplate }) => uriTemplate);
}

/** Only what is below these may be read. */
const below =
  (...prefixes: string[]): Policy =>
  ({ mcp }) =>
    mcp.method !== 'resources/read' || prefixes.some((prefix) => mcp.name?.startsWith(prefix));

describe('filterLists asks about a template of resources as if its text were read', () => {
  test.each([
    ['file:///docs/{path}', true],
    ['file:///docs/{+path}', true],
    ['file:///docs/{?q,limit}', true],
    ['file:///docs/a{/rest*}', true],
    ['file:///{path}', false],
    ['file:///{+path}', false],
    ['file://{host}/docs/x', false],
    ['{+everything}', false],
    ['file:///docs/../{path}', false],
    ['file:///docs/%2e%2e/{path}', false],
    ['file:///docs\\{path}', false],
    ['FILE:///docs/{path}', false],
  ])('%s: %s', async (template, isShown) => {
    expect(await shown(below('file:///docs/'), template)).toEqual(isShown ? [template] : []);
  });

  test('what reads nothing at all sees none', async () => {
    const none: Policy = ({ mcp }) => mcp.method !== 'resources/read';
    expect(await shown(none, 'a:{b}', 'file:///docs/{path}')).toEqual([]);
  });

  test('an item without a template is no list that can be filtered', async () => {
    const odd = result('"resourceTemplates":[{"uri":"file:///docs/{path}"}]');
    const { gateway } = await filtering(answer(odd), { policies: below('file:///docs/') });
    expect((await post(gateway.port, LIST)).status).toBe(502);
  });
});

test('of a template that is hidden, no URI with its literal beginning is let through', async () => {
  const prefix = fc.constantFrom('a:x', 'a:x/y', 'a:', 'b:x', 'a:xx');
  const template = fc
    .tuple(prefix, fc.constantFrom('', '/{p}', '{p}', '/y/{p}', '{/p*}', '{+p}'))
    .map(([beginning, rest]) => beginning + rest);
  await fc.assert(
    fc.asyncProperty(prefix, template, async (allowed, text) => {
      const isShown = (await shown(below(allowed), text)).length > 0;
      const [literal = ''] = text.split('{');
      const upstream = await recordingUpstream();
      const { port } = await startGateway({
        target: upstream.target,
        policies: below(allowed),
        denyAs: 'http',
      });
      const { status } = await post(port, message('resources/read', `{"uri":"${literal}"}`));
      // A template that is shown has at least its shortest URI; what is hidden has not.
      expect([text, isShown]).toEqual([text, status === 200]);
    }),
    { numRuns: 40 },
  );
});
