import { isUtf8 } from 'node:buffer';

/** How a body is shown to a model. */
export type BodyKind = 'json' | 'text' | 'html' | 'image' | 'audio' | 'binary';

/** A media type without its parameters, and its charset. */
export interface MediaType {
  readonly essence: string;
  readonly charset: string | undefined;
}

const TYPE = /^\s*([\w!#$%&'*+\-.^`|~]+\/[\w!#$%&'*+\-.^`|~]+)\s*(?:;|$)/;

/** Reads `Content-Type`; undefined where there is none, or none that can be read. */
export function readMediaType(contentType: string | undefined): MediaType | undefined {
  const [, essence] = TYPE.exec(contentType ?? '') ?? [];
  if (essence === undefined) return undefined;
  const [, charset] = /;\s*charset="?([\w:.-]+)/i.exec(contentType ?? '') ?? [];
  return { essence: essence.toLowerCase(), charset: charset?.toLowerCase() };
}

/** The kind of a body by its media type; without a type, by its bytes. */
export function kindOf(type: MediaType | undefined, bytes: Buffer): BodyKind {
  const essence = type?.essence ?? '';
  if (/^(?:application|text)\/json$|\+json$/.test(essence)) return 'json';
  if (/^text\/html$|^application\/xhtml\+xml$/.test(essence)) return 'html';
  if (essence.startsWith('image/')) return 'image';
  if (essence.startsWith('audio/')) return 'audio';
  if (/^text\/|\+xml$|\+yaml$/.test(essence) || TEXTS.has(essence)) return 'text';
  if (essence !== '' || !isUtf8(bytes)) return 'binary';
  return /^\s*[[{]/.test(bytes.toString('utf8', 0, 64)) ? 'json' : 'text';
}

/** Media types of texts that are not called `text`. */
const TEXTS = new Set([
  'application/ecmascript',
  'application/graphql',
  'application/javascript',
  'application/jsonl',
  'application/ndjson',
  'application/sql',
  'application/toml',
  'application/x-ndjson',
  'application/x-www-form-urlencoded',
  'application/x-yaml',
  'application/xml',
  'application/yaml',
]);

/** The text of a body in its charset, or in UTF-8 where that is not known. */
export function textOf(bytes: Buffer, type: MediaType | undefined): string {
  return decoderFor(type?.charset ?? 'utf-8').decode(bytes);
}

function decoderFor(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
