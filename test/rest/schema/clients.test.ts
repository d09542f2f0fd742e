import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { RestToolsOptions } from '../../../src/exports/rest.ts';
import { connect } from '../../support/mcp.ts';
import { call, ERAS, startApi, startRest } from '../support/rest-gateway.ts';
import { expectUsable } from './support/validators.ts';

interface Expected {
  readonly operations: NonNullable<RestToolsOptions['operations']>;
  /** How many tools come of it. */
  readonly tools: number;
  /** A tool that shows what its answers look like. */
  readonly output?: string;
  readonly skipped?: readonly { readonly operation: string; readonly reason: string }[];
  /** A call, and the request that it makes. */
  readonly call?: readonly [name: string, args: Record<string, unknown>, request: string];
}

const DEPRECATED = 'it is deprecated: name it by its id, or by method and path';
const TOO_LARGE =
  'it has a schema that cannot be translated: with its references inlined it is more than 10000 schemas';

const deprecated = (operation: string) => ({ operation, reason: DEPRECATED });
const all = () => true;

/** What of each is picked, and what was read in it about that. */
const DOCUMENTS: Readonly<Record<string, Expected>> = {
  '../../../node_modules/@figma/rest-api-spec/openapi/openapi.yaml': {
    operations: ['tag:Files', 'tag:Projects', 'tag:Comments', 'tag:Webhooks', 'tag:Variables'],
    tools: 18,
    output: 'getComments',
    skipped: ['getTeamProjects', 'getProjectMeta', 'getProjectFiles', 'getTeamWebhooks'].map(
      deprecated,
    ),
    call: [
      'getComments',
      { file_key: 'a/b', as_md: true },
      'GET /v1/files/a%2Fb/comments?as_md=true',
    ],
  },
  '../../../node_modules/@gitbook/api/spec/openapi.json': {
    operations: ['tag:change-requests', 'tag:change-requests-reviews', 'tag:teams'],
    tools: 14,
    output: 'listTeamsInOrganizationById',
    // Both take a comment, which is a text with its blocks.
    skipped: ['updateChangeRequestById', 'submitChangeRequestReview'].map((operation) => ({
      operation,
      reason: TOO_LARGE,
    })),
  },
  '../../../node_modules/@digdir/dialogporten-schema/swagger.verified.json': {
    operations: 'tag:Serviceowner',
    tools: 16,
    output: 'V1ServiceOwnerDialogsGet_GetDialog',
  },
  '../../../node_modules/@blockfrost/openapi/openapi.yaml': {
    operations: ['tag:Cardano » Transactions', 'tag:Cardano » Addresses'],
    tools: 19,
    skipped: [
      deprecated('GET /addresses/{address}/txs'),
      {
        operation: 'POST /tx/submit',
        reason: 'it takes a body of application/cbor',
      },
    ],
  },
  '../../../node_modules/@scalar/galaxy/dist/3.1.json': {
    operations: all,
    tools: 10,
    output: 'getPlanet',
  },
  '../../../node_modules/@readme/oas-examples/3.1/json/train-travel.json': {
    operations: all,
    tools: 7,
    output: 'get-booking',
    call: [
      'create-booking',
      { trip_id: 'efdbb9d1-02c2-4bc3-afb7-6788d8782b1e', has_bicycle: true },
      'POST /bookings {"trip_id":"efdbb9d1-02c2-4bc3-afb7-6788d8782b1e","has_bicycle":true}',
    ],
  },
  '../../../node_modules/@readme/oas-examples/3.0/json/petstore.json': {
    operations: all,
    tools: 19,
    output: 'getPetById',
    skipped: [deprecated('findPetsByTags')],
    call: [
      'findPetsByStatus',
      { status: ['sold', 'pending'] },
      'GET /pet/findByStatus?status=sold&status=pending',
    ],
  },
  '../../../node_modules/@readme/oas-examples/3.0/json/star-trek.json': {
    operations: ['tag:Character', 'tag:Movie', 'tag:Weapon'],
    tools: 9,
  },
  '../../../node_modules/@readme/oas-examples/3.0/json/uspto.json': { operations: all, tools: 3 },
  'documents/github.yaml': {
    operations: all,
    tools: 4,
    output: 'issues/create',
    call: [
      'issues_create',
      { owner: 'o', repo: 'r', title: 'A bug', milestone: null, labels: ['bug', { name: 'new' }] },
      'POST /repos/o/r/issues {"title":"A bug","milestone":null,"labels":["bug",{"name":"new"}]}',
    ],
  },
  'documents/kubernetes.yaml': {
    operations: all,
    tools: 2,
    output: 'createAppsV1NamespacedDeployment',
  },
  'documents/stripe.yaml': {
    operations: all,
    tools: 2,
    output: 'GetCustomers',
    call: [
      'PostCustomers',
      { address: { city: 'Bern' }, email: 'a@b.example' },
      'POST /v1/customers address%5Bcity%5D=Bern&email=a%40b.example',
    ],
  },
  'documents/openai.yaml': {
    operations: all,
    tools: 2,
    call: [
      'createChatCompletion',
      { temperature: null, model: 'large', messages: [{ role: 'user', content: 'Hello' }] },
      'POST /chat/completions {"temperature":null,"model":"large","messages":[{"role":"user","content":"Hello"}]}',
    ],
  },
  'documents/discord.yaml': {
    operations: all,
    tools: 2,
    output: 'list_guild_join_requests',
    call: [
      'list_guild_join_requests',
      { guild_id: '81384788765712384', status: 'SUBMITTED', limit: 5 },
      'GET /guilds/81384788765712384/requests?status=SUBMITTED&limit=5',
    ],
  },
};

function read(path: string): object {
  const text = readFileSync(new URL(path, import.meta.url), 'utf8').replace(/^\uFEFF/, '');
  return path.endsWith('.json') ? JSON.parse(text) : parse(text, { merge: true });
}

describe('the official client lists and calls tools of real documents', () => {
  test.each(Object.entries(DOCUMENTS))(
    '%s',
    async (path, { operations, tools: count, output, skipped = [], call: called }) => {
      const api = await startApi();
      const { client, gateway, tools } = await startRest({
        openapi: read(path),
        baseUrl: api.url,
        operations,
        ...(output !== undefined && { tools: { [output]: { outputSchema: true } } }),
      });
      expect(tools.skipped).toEqual(skipped);
      expect(tools.tools).toHaveLength(count);
      for (const [, mode] of ERAS) {
        const { client: one } = await connect(gateway.url, mode);
        const listed = (await one.listTools()).tools;
        expect(listed.map(({ name }) => name)).toEqual(tools.tools.map(({ name }) => name));
        expect(listed.filter(({ outputSchema }) => outputSchema !== undefined)).toHaveLength(
          output === undefined ? 0 : 1,
        );
        for (const { inputSchema, outputSchema = {} } of listed) {
          expect(inputSchema.type).toBe('object');
          expectUsable(inputSchema);
          expectUsable(outputSchema);
        }
      }
      if (called === undefined) return;
      const [name, args, request] = called;
      const answer = await call(client, name, args);
      expect(answer.text).not.toMatch(/argument/i);
      expect(api.seen.map(({ method, url, body }) => `${method} ${url} ${body}`.trim())).toEqual([
        request,
      ]);
    },
    30_000,
  );
});
