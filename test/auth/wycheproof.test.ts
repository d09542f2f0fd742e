import { describe, expect, test } from '@jest/globals';
import type { JWK } from 'jose';
import { describeCorpus } from '../support/corpus.ts';
import { type Gate, gate } from '../support/jwt/gate.ts';
import { json, keyServer } from '../support/jwt/issuer.ts';

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  /** Not a text where the vector is about JSON serialisation, which `Authorization` cannot carry. */
  readonly jws: unknown;
  readonly result: 'valid' | 'invalid';
}

interface Group {
  readonly comment: string;
  /** Absent where the key is symmetric. */
  readonly public?: JWK | { keys: JWK[] };
  readonly private?: JWK | { keys: JWK[] };
  readonly tests: readonly Vector[];
}

interface Corpus {
  readonly testGroups: readonly Group[];
}

const FOLDER = 'wycheproof-jose/testvectors_v1';
const ALL = ['RS', 'PS', 'ES'].flatMap((family) => [256, 384, 512].map((bits) => family + bits));

const isToken = (jws: unknown): jws is string => typeof jws === 'string' && /^[!-~]+$/.test(jws);

/**
 * The payloads are no claims, so that no vector can come in. What is signed well is refused for
 * that, after the signature was found good; all else is refused before.
 */
const NO_CLAIMS = { outcome: 'refused', description: 'The token holds no claims' };

/** "Valid" signatures that are refused all the same. */
const REFUSED = new Map([
  ['Figure20', 'the key is for PS256, the token says PS384'],
  ['Figure27', 'the key is for "ES521", which is no algorithm'],
]);

/** "Invalid" ones that pass: what is wrong with them is that the issuer chose a weak key. */
const WEAK_KEY = /roca/;

async function gateFor({ public: own, private: secret }: Group): Promise<Gate> {
  const keys = await keyServer();
  // A symmetric key that a server publishes by mistake must not become one to verify with.
  const published = own ?? secret;
  keys.answer = json(published && 'keys' in published ? published : { keys: [published] });
  return gate(keys, { algorithms: [...ALL, 'EdDSA'] });
}

describe.each(['json_web_signature_test', 'json_web_key_test', 'json_web_crypto_test'])(
  '%s',
  (file) => {
    describeCorpus<Corpus>(`${FOLDER}/${file}.json`, 'through the verifier', ({ testGroups }) => {
      const groups = testGroups.map((group, i) => ({ ...group, name: `${i}: ${group.comment}` }));
      const signed = groups.filter(({ tests }) => tests.some(({ jws }) => isToken(jws)));

      test.each(signed)('$name', async (group) => {
        const own = await gateFor(group);
        let asked = 0;
        for (const { tcId, comment, jws, result } of group.tests) {
          if (!isToken(jws)) continue;
          const found = await own.present(jws);
          asked += 1;
          const isGood =
            group.public !== undefined &&
            (result === 'valid' ? !REFUSED.has(comment) : WEAK_KEY.test(group.comment));
          const told = { tcId, comment, found };
          if (isGood) expect(told).toEqual({ tcId, comment, found: NO_CLAIMS });
          else {
            expect(['refused', 'unavailable']).toContain(found.outcome);
            expect(told).not.toEqual({ tcId, comment, found: NO_CLAIMS });
          }
        }
        expect(asked).toBeGreaterThan(0);
      });
    });
  },
);

describeCorpus<Corpus>(
  `${FOLDER}/json_web_encryption_test.json`,
  'json_web_encryption_test',
  ({ testGroups }) => {
    test('nothing that is encrypted is even decoded', async () => {
      const keys = await keyServer();
      const own = await gate(keys);
      const tokens = testGroups.flatMap(({ tests }) =>
        tests.map((vector) => Reflect.get(vector, 'jwe')),
      );
      const presented = tokens.filter(isToken);
      expect(presented.length).toBeGreaterThan(100);
      for (const token of presented) expect((await own.present(token)).outcome).toBe('refused');
      expect(keys.requests).toEqual([]);
    });
  },
);
