import { joinedHeaders } from '../../http/joined-headers.ts';
import { ReadAnswer } from '../read-answer.ts';
import { type Flow, UndiciBody } from './undici-body.ts';

/** The head of an answer as undici's parser gives it. */
export interface ReadHead {
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  /** Names and values in turn. */
  readonly fields: readonly Uint8Array[];
}

/** An answer that undici has read. */
export class UndiciAnswer extends ReadAnswer {
  readonly body: UndiciBody;

  constructor({ status, reason, httpVersion, fields }: ReadHead, flow: Flow) {
    const rawHeaders = textsOf(fields);
    super({ status, reason, httpVersion, rawHeaders, headers: joinedHeaders(rawHeaders) });
    this.body = new UndiciBody(flow, this.headers['content-length']);
  }

  get isComplete(): boolean {
    return this.body.isComplete;
  }
}

/** The fields as texts. Most heads come in one piece: it is decoded once, and the fields are parts of it. */
function textsOf(fields: readonly Uint8Array[]): string[] {
  const [first] = fields;
  const last = fields[fields.length - 1];
  if (first === undefined || last === undefined) return [];
  const { buffer, byteOffset: from } = first;
  const length = last.byteOffset + last.length - from;
  if (!fields.every((field) => field.buffer === buffer) || length < 0) return fields.map(textOf);
  const head = Buffer.from(buffer, from, length).toString('latin1');
  return fields.map((field) => {
    const start = field.byteOffset - from;
    return head.slice(start, start + lengthOf(field));
  });
}

/** As Node's parser reads fields: a byte is a character, and white space behind a value is none of it. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, lengthOf(bytes)).toString('latin1');
}

function lengthOf(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0x09)) end -= 1;
  return end;
}
