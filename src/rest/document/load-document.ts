import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type ConfigProblemCode,
  configProblem,
  GatewayConfigError,
} from '../../options/gateway-config-error.ts';
import { importPeer } from '../import-peer.ts';
import { isObject, type JsonObject } from '../json.ts';
import { DocumentFiles, type FileResolver } from './document-files.ts';
import { References } from './references.ts';
import { structureProblem } from './structure-problem.ts';

/** An OpenAPI document whose references all lead to places within it. */
export interface OpenApiDocument {
  readonly root: JsonObject;
  /** The dialect of its schemas. OpenAPI 3.2 has that of 3.1. */
  readonly version: '3.0' | '3.1';
  readonly references: References;
}

/** The part of `@readme/openapi-parser` that is used here. Only documents in files need that package. */
interface Parser {
  parse(api: string): Promise<object>;
  bundle(api: string, options: ParserOptions): Promise<object>;
  validate(
    api: string,
    options: ParserOptions,
  ): Promise<{ valid: boolean; errors?: readonly { message: string }[] }>;
}

interface ParserOptions {
  readonly resolve: {
    readonly file: FileResolver;
    readonly http: { readonly canRead: () => boolean };
  };
  readonly validate: typeof LENIENT;
}

/**
 * Mistakes that matter only for picked operations refuse no document: planning those operations tells of
 * them.
 */
const LENIENT = {
  rules: {
    openapi: {
      'array-without-items': 'warning',
      'duplicate-non-request-body-parameters': 'warning',
      'duplicate-operation-id': 'warning',
      'invalid-security-scheme-properties': 'warning',
      'non-optional-path-parameters': 'warning',
      'path-parameters-not-in-parameters': 'warning',
      'path-parameters-not-in-path': 'warning',
    },
  },
};

/** How many of the mistakes of a document are told at once. */
const MOST_TOLD = 5;

/** Reads a file, or takes the document as it is given. @throws {GatewayConfigError} that names `openapi`. */
export async function loadDocument(openapi: string | URL | object): Promise<OpenApiDocument> {
  const isPlace = typeof openapi === 'string' || openapi instanceof URL;
  const root = isPlace ? await readFile(pathOf(openapi)) : ownCopy(openapi as JsonObject);
  return { root, version: versionOf(root), references: new References(root) };
}

function pathOf(place: string | URL): string {
  const path = place instanceof URL || place.startsWith('file:') ? toPath(place) : place;
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(path)) {
    throw refused(place, 'a file, or the document itself: fetch it, and give what came');
  }
  if (!existsSync(path)) throw refused(place, 'a file that is there', 'unavailable');
  return path;
}

function toPath(place: string | URL): string {
  try {
    return fileURLToPath(place);
  } catch {
    throw refused(place, 'a file, or the document itself: fetch it, and give what came');
  }
}

async function readFile(path: string): Promise<JsonObject> {
  const parser = await loadParser();
  const files = new DocumentFiles(path);
  const options: ParserOptions = {
    resolve: { file: files.resolver, http: { canRead: () => false } },
    validate: LENIENT,
  };
  try {
    const written = await parser.parse(path);
    const { openapi } = checked(written, path);
    checkStructure(written, path);
    if (/^3\.[01]\./.test(openapi)) await validate(parser, path, options);
    return checked(await parser.bundle(path, options), path);
  } catch (error) {
    if (error instanceof GatewayConfigError) throw error;
    throw refused(path, whyNotRead(files, error as Error));
  }
}

function whyNotRead({ outside }: DocumentFiles, { message }: Error): string {
  if (outside === undefined) return `a document that can be read: ${message}`;
  return (
    `references to files of its own directory alone: ${JSON.stringify(outside)} is none. Bundle the document once, ` +
    'with `npx @redocly/cli bundle`, and give the result'
  );
}

async function validate(parser: Parser, path: string, options: ParserOptions): Promise<void> {
  const { valid, errors = [] } = await parser.validate(path, options);
  if (valid) return;
  const told = errors.slice(0, MOST_TOLD).map(({ message }) => message.trim());
  throw refused(path, `a valid OpenAPI document: ${told.join('; ')}`);
}

/**
 * A copy of a document, so that later changes of the original have no effect. It has no directory, and has
 * often come over the network: its references lead to places within it, or nowhere.
 */
function ownCopy(document: JsonObject): JsonObject {
  const copy = checked(cloneOf(document), document);
  checkStructure(copy, document);
  return copy;
}

function cloneOf(document: JsonObject): unknown {
  try {
    return structuredClone(document);
  } catch {
    throw refused(document, 'an OpenAPI document, which is JSON');
  }
}

function checked(document: unknown, given: unknown): JsonObject & { readonly openapi: string } {
  if (isObject(document) && 'swagger' in document) {
    throw refused(
      given,
      'OpenAPI 3.0 or 3.1. This is Swagger 2.0: convert it once, with `npx swagger2openapi swagger.json -o openapi.json` ' +
        'or in the Swagger Editor, and give the result',
    );
  }
  if (!isObject(document) || typeof document.openapi !== 'string') {
    throw refused(given, "an OpenAPI document, with a version like openapi: '3.1.0'");
  }
  if (!/^3\.[012](\.|$)/.test(document.openapi)) {
    throw refused(document.openapi, 'OpenAPI 3.0, 3.1 or 3.2');
  }
  return document as JsonObject & { readonly openapi: string };
}

function checkStructure(document: object, given: unknown): void {
  const problem = structureProblem(document);
  if (problem !== undefined) throw refused(given, problem);
}

function versionOf({ openapi }: JsonObject): '3.0' | '3.1' {
  return String(openapi).startsWith('3.0') ? '3.0' : '3.1';
}

function loadParser(): Promise<Parser> {
  return importPeer(
    '@readme/openapi-parser',
    () => import('@readme/openapi-parser'),
  ) as Promise<unknown> as Promise<Parser>;
}

function refused(
  given: unknown,
  expected: string,
  code: ConfigProblemCode = 'invalid_value',
): GatewayConfigError {
  const shown =
    typeof given === 'string'
      ? JSON.stringify(given)
      : String(given instanceof URL ? given : 'an object');
  return new GatewayConfigError('restTools', [
    configProblem({ path: 'openapi', code, given: shown, expected }),
  ]);
}
