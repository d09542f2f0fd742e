import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { JsonObject } from '../../../src/mcp/json/json-object.ts';
import { References } from '../../../src/rest/document/references.ts';
import { translateSchema } from '../../../src/rest/schema/translate-schema.ts';
import { UntranslatableSchema } from '../../../src/rest/schema/untranslatable-schema.ts';
import { isCircular, mentionedBy } from './support/circular.ts';
import { type DocumentSchema, schemasIn, versionOf } from './support/document-schemas.ts';
import { expectUsable } from './support/validators.ts';

/** What was read in a document, and not what came out. */
interface Expected {
  /** Schemas that it has at least, so that none is overlooked. */
  readonly atLeast: number;
  /** All that is lost: where, and what. Without it, all that is lost are schemas that contain themselves. */
  readonly lost?: readonly string[];
  /** What is refused for another reason than its size. */
  readonly refused?: readonly string[];
  /** The components that are too large to be inlined, if a schema has one of them. */
  readonly tooLarge?: RegExp;
  /** Every which schema is tried, where all would take too long. */
  readonly every?: number;
}

const CUT = 'it contains itself, and accepts anything there';

const SHIPPED: Readonly<Record<string, Expected>> = {
  '@figma/rest-api-spec/openapi/openapi.yaml': {
    atLeast: 400,
    // The nodes of a file: twenty kinds, each with all that can be drawn, and those that hold others.
    tooLarge: /^DocumentNode$|^SubcanvasNode$/,
  },
  '@gitbook/api/spec/openapi.json': {
    atLeast: 1500,
    every: 6,
    // A text with its blocks, which hold blocks of thirty kinds.
    tooLarge: /^DocumentBlock/,
  },
  '@digdir/dialogporten-schema/swagger.verified.json': {
    atLeast: 140,
    lost: [
      `GET /api/v1/enduser/parties 200 application/json /items/properties/authorizedParties/items/properties/subParties/items: ${CUT}`,
    ],
  },
  '@blockfrost/openapi/openapi.yaml': { atLeast: 1000, lost: [] },
  '@scalar/galaxy/dist/3.1.json': {
    atLeast: 50,
    // A page of items of a kind that is bound by $dynamicRef.
    refused: ['json', 'xml'].map(
      (type) => `GET /planets 200 application/${type} it has a $id, which is not followed`,
    ),
  },
  '@readme/oas-examples/3.1/json/train-travel.json': { atLeast: 90, lost: [] },
  '@readme/oas-examples/3.1/json/petstore.json': { atLeast: 40, lost: [] },
  '@readme/oas-examples/3.0/json/petstore.json': { atLeast: 40, lost: [] },
  '@readme/oas-examples/3.0/json/star-trek.json': { atLeast: 600, lost: [], every: 3 },
  '@readme/oas-examples/3.0/json/uspto.json': { atLeast: 9, lost: [] },
};

const EXCERPTS: Readonly<Record<string, Expected>> = {
  'github.yaml': { atLeast: 12, lost: [] },
  'kubernetes.yaml': {
    atLeast: 5,
    lost: ['not', 'allOf/items/allOf/0', 'properties/additionalProperties/allOf/0'].map(
      (where) =>
        `POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions body */* /properties/openAPIV3Schema/properties/${where}: ${CUT}`,
    ),
  },
  'stripe.yaml': {
    atLeast: 6,
    // What is the same as before is not tried again.
    lost: [
      `GET /v1/customers 200 application/json /properties/data/items/properties/default_source/anyOf/1/properties/customer/anyOf/1: ${CUT}`,
      `POST /v1/customers 200 application/json /properties/default_source/anyOf/1/properties/customer/anyOf/1: ${CUT}`,
    ],
  },
  'openai.yaml': {
    atLeast: 3,
    lost: [
      `POST /vector_stores/{vector_store_id}/search body application/json /properties/filters/anyOf/1/properties/filters/items/oneOf/1: ${CUT}`,
    ],
  },
  'discord.yaml': {
    atLeast: 8,
    lost: [
      'GET /guilds/{guild_id}/requests query status its enum is not what enum can be, and left out',
      `GET /guilds/{guild_id}/requests 4XX application/json /properties/errors/oneOf/0/additionalProperties: ${CUT}`,
    ],
  },
};

function read(url: URL): JsonObject {
  const text = readFileSync(url, 'utf8').replace(/^\uFEFF/, '');
  return url.pathname.endsWith('.json') ? JSON.parse(text) : parse(text, { merge: true });
}

/** Those that are not the same as one before, of which every so many. */
function samplesOf(document: JsonObject, every: number): DocumentSchema[] {
  const seen = new Set<string>();
  const distinct = [...schemasIn(document)].filter(({ schema, direction }) => {
    const key = `${direction} ${JSON.stringify(schema)}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
  return distinct.filter((_, i) => i % every === 0);
}

type Outcome = 'too large' | 'refused' | 'lossy' | 'exact';

describe.each<[what: string, root: URL, documents: Readonly<Record<string, Expected>>]>([
  ['as packages ship them', new URL('../../../node_modules/', import.meta.url), SHIPPED],
  ['after other APIs', new URL('./documents/', import.meta.url), EXCERPTS],
])('documents %s', (_what, root, documents) => {
  test.each(Object.entries(documents))(
    '%s',
    (path, { atLeast, lost, refused = [], tooLarge, every = 1 }) => {
      const document = read(new URL(path, root));
      const version = versionOf(document);
      const references = new References(document);
      const { schemas = {} } = (document.components ?? {}) as { schemas?: JsonObject };
      const losses: string[] = [];
      const refusals: string[] = [];
      const outcomes = new Set<Outcome>();
      expect([...schemasIn(document)].length).toBeGreaterThanOrEqual(atLeast);

      for (const { name, schema, direction } of samplesOf(document, every)) {
        const outcome = translated({ name, schema, direction });
        outcomes.add(outcome);
        const mentioned = [...mentionedBy(schema, schemas)];
        if (outcome === 'too large') {
          expect([name, mentioned.some((one) => tooLarge?.test(one))]).toEqual([name, true]);
        } else if (lost === undefined && outcome !== 'refused') {
          expect([name, outcome]).toEqual([name, isCircular(schema, schemas) ? 'lossy' : 'exact']);
        }
      }
      expect(outcomes.has('too large')).toBe(tooLarge !== undefined);
      expect(refusals).toEqual(refused);
      if (lost === undefined) {
        for (const loss of losses) expect(loss.endsWith(CUT)).toBe(true);
      } else expect(losses).toEqual(lost);

      function translated({ name, schema, direction }: DocumentSchema): Outcome {
        try {
          const resolve = (ref: string) => references.resolve(ref);
          const result = translateSchema(schema, { direction, version, resolve });
          expectUsable(result.schema);
          losses.push(...result.losses.map((loss) => `${name} ${loss}`));
          return result.losses.length > 0 ? 'lossy' : 'exact';
        } catch (error) {
          if (!(error instanceof UntranslatableSchema)) throw error;
          if (error.reason.startsWith('with its references inlined it is more than ')) {
            return 'too large';
          }
          refusals.push(`${name} ${error.reason}`);
          return 'refused';
        }
      }
    },
    120_000,
  );
});
