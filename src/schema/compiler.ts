import type { Ajv, AnySchemaObject, Options, ValidateFunction } from 'ajv';
import { mendKeywords } from './keywords.ts';

/** A dialect of JSON Schema, as Ajv has it. */
export interface Dialect {
  /** What its `$schema` looks like. */
  readonly uri: RegExp;
  readonly Ajv: new (options: Options) => Ajv;
  /** Whether schemas of it may have `$anchor`. */
  readonly hasAnchors: boolean;
}

const OPTIONS: Options = {
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  allowUnionTypes: true,
  allowMatchingProperties: true,
  ownProperties: true,
  // So that errors have the values that are allowed.
  verbose: true,
};

/**
 * Compiles schemas of some dialects. The caller loads the packages for it, because not every app has them.
 */
export class SchemaCompiler {
  readonly #dialects: readonly Dialect[];
  readonly #addFormats: (ajv: Ajv) => void;
  readonly #kept = new Map<Dialect, Ajv>();

  constructor(dialects: readonly Dialect[], addFormats: (ajv: Ajv) => void) {
    this.#dialects = dialects;
    this.#addFormats = addFormats;
  }

  /** Compiles a schema as `compile` does; `$schema` has to be there. */
  compile({ $schema, ...given }: AnySchemaObject): ValidateFunction {
    // A copy, so that later changes of the schema change nothing here.
    const own = structuredClone(given);
    const dialect = this.#dialects.find(({ uri }) => uri.test(String($schema)));
    if (dialect === undefined) {
      throw new Error('its $schema is none of JSON Schema 2020-12, 2019-09, draft-07 and draft-06');
    }
    const names = namesIn(own);
    if (names.has('$async')) throw new Error('$async schemas give no answer at once');
    if (names.has('__proto__')) throw new Error('Ajv does not check what is called __proto__');
    const schemas = this.#schemasOf(dialect);
    if (!schemas.validateSchema(own)) {
      throw new Error(schemas.errorsText(schemas.errors, { dataVar: 'schema' }));
    }
    const ajv = new dialect.Ajv({ ...OPTIONS, validateSchema: false });
    this.#addFormats(ajv);
    ajv.addVocabulary([...names].filter((name) => /^x-[\w-]+$/.test(name)));
    // Ajv follows `$anchor`, but does not know the keyword.
    if (dialect.hasAnchors) ajv.addVocabulary(['$anchor']);
    mendKeywords(ajv, { isUnevaluatedAsked: names.has('unevaluatedProperties') });
    return tried(() => ajv.compile(own));
  }

  /** The validator of schemas themselves. It has Ajv's own keywords, whose errors say more. */
  #schemasOf(dialect: Dialect): Ajv {
    const known = this.#kept.get(dialect);
    if (known !== undefined) return known;
    const made = new dialect.Ajv(OPTIONS);
    this.#addFormats(made);
    this.#kept.set(dialect, made);
    return made;
  }
}

/** Compiles, and validates one value: references that lead in circles fail with any value. */
function tried(make: () => ValidateFunction): ValidateFunction {
  try {
    const validate = make();
    validate({});
    return validate;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error('its references lead in a circle, or in a way that Ajv cannot follow');
  }
}

/** The names of all members, wherever they stand. */
function namesIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, member] of Object.entries(value)) {
    found.add(name);
    namesIn(member, found);
  }
  return found;
}
