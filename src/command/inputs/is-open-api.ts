import { parseYaml } from './parse-yaml.ts';
import { readText } from './read-text.ts';

/** Members that each OpenAPI document has at its top, and no configuration of KrakenD; the second is that of version 2.0. */
const VERSIONS = ['openapi', 'swagger'];

/** Whether a document is one of OpenAPI. @throws {CommandError} where it cannot be read. */
export async function isOpenApi(file: string): Promise<boolean> {
  const text = await readText(file);
  const document = /\.json$/i.test(file) ? parsedJson(text) : await parseYaml(file, text);
  // The code that reads the document later says what is wrong with the JSON.
  if (document === undefined) return /"(?:openapi|swagger)"\s*:/.test(text);
  return VERSIONS.some((name) => Object.hasOwn(Object(document), name));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
