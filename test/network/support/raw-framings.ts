/** Answers whose bodies are framed in every way that an upstream may think of. */
import type { RawAnswer } from './raw-answer.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const BODY = '{"a":1}';

export const RAW_FRAMINGS: readonly RawAnswer[] = [
  ['same Content-Length twice', `${OK}Content-Length: 7\r\nContent-Length: 7\r\n\r\n${BODY}`],
  ['Content-Length twice differ', `${OK}Content-Length: 7\r\nContent-Length: 5\r\n\r\n${BODY}`],
  ['Content-Length list', `${OK}Content-Length: 7, 7\r\n\r\n${BODY}`],
  ['Content-Length plus', `${OK}Content-Length: +7\r\n\r\n${BODY}`],
  ['Content-Length minus', `${OK}Content-Length: -7\r\n\r\n${BODY}`],
  ['Content-Length hex', `${OK}Content-Length: 0x7\r\n\r\n${BODY}`],
  ['Content-Length decimal', `${OK}Content-Length: 7.0\r\n\r\n${BODY}`],
  ['Content-Length empty', `${OK}Content-Length:\r\n\r\n${BODY}`],
  ['Content-Length space inside', `${OK}Content-Length: 0 7\r\n\r\n${BODY}`],
  ['Content-Length leading zeros', `${OK}Content-Length: 0000007\r\n\r\n${BODY}`],
  ['Content-Length trailing space', `${OK}Content-Length: 7 \r\n\r\n${BODY}`],
  ['Content-Length trailing 2 spaces', `${OK}Content-Length: 7  \r\n\r\n${BODY}`],
  ['Content-Length trailing word', `${OK}Content-Length: 7 bytes\r\n\r\n${BODY}`],
  ['Content-Length huge', `${OK}Content-Length: 99999999999999999999999999\r\n\r\n${BODY}`],
  ['Content-Length 2^53+1', `${OK}Content-Length: 9007199254740993\r\n\r\n${BODY}`],
  ['Content-Length 2^64', `${OK}Content-Length: 18446744073709551616\r\n\r\n${BODY}`],
  ['Content-Length 2^64+7', `${OK}Content-Length: 18446744073709551623\r\n\r\n${BODY}`],
  ['Content-Length short', `${OK}Content-Length: 5\r\n\r\n${BODY}`],
  ['Content-Length zero with bytes', `${OK}Content-Length: 0\r\n\r\n${BODY}`],
  ['Content-Length long', `${OK}Content-Length: 9\r\n\r\n${BODY}`],
  [
    'Content-Length and Transfer-Encoding',
    `${OK}Content-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  [
    'Transfer-Encoding and Content-Length',
    `${OK}Transfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n7\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  ['Transfer-Encoding identity', `${OK}Transfer-Encoding: identity\r\n\r\n${BODY}`],
  ['Transfer-Encoding gzip', `${OK}Transfer-Encoding: gzip\r\n\r\n${BODY}`],
  [
    'Transfer-Encoding gzip, chunked',
    `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n7\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  [
    'Transfer-Encoding chunked, gzip',
    `${OK}Transfer-Encoding: chunked, gzip\r\n\r\n7\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  [
    'Transfer-Encoding chunked twice',
    `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  [
    'Transfer-Encoding chunked, chunked',
    `${OK}Transfer-Encoding: chunked, chunked\r\n\r\n7\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  ['Transfer-Encoding Chunked', `${OK}Transfer-Encoding: CHUNKED\r\n\r\n7\r\n${BODY}\r\n0\r\n\r\n`],
  [
    'Transfer-Encoding xchunked',
    `${OK}Transfer-Encoding: xchunked\r\n\r\n7\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  [
    'Transfer-Encoding chunked white space',
    `${OK}Transfer-Encoding:  chunked \r\n\r\n7\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  [
    'Transfer-Encoding VT chunked',
    `${OK}Transfer-Encoding: \x0bchunked\r\n\r\n7\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  [
    'Transfer-Encoding identity + Content-Length',
    `${OK}Transfer-Encoding: identity\r\nContent-Length: 7\r\n\r\n${BODY}`,
  ],
  ['TE_ name', `${OK}Transfer_Encoding: chunked\r\nContent-Length: 7\r\n\r\n${BODY}`],
  ['chunk extension', `${OK}Transfer-Encoding: chunked\r\n\r\n7;a=b\r\n${BODY}\r\n0\r\n\r\n`],
  [
    'chunk extension quoted',
    `${OK}Transfer-Encoding: chunked\r\n\r\n7;a="b;\\"c"\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  ['chunk extension bare', `${OK}Transfer-Encoding: chunked\r\n\r\n7;\r\n${BODY}\r\n0\r\n\r\n`],
  [
    'chunk extension space',
    `${OK}Transfer-Encoding: chunked\r\n\r\n7 ; a=b\r\n${BODY}\r\n0\r\n\r\n`,
  ],
  ['chunk extension LF', `${OK}Transfer-Encoding: chunked\r\n\r\n7;a\nb\r\n${BODY}\r\n0\r\n\r\n`],
  ['chunk extension CR', `${OK}Transfer-Encoding: chunked\r\n\r\n7;a\rb\r\n${BODY}\r\n0\r\n\r\n`],
  ['chunk extension NUL', `${OK}Transfer-Encoding: chunked\r\n\r\n7;a\0b\r\n${BODY}\r\n0\r\n\r\n`],
  [
    'chunk extension many',
    `${OK}Transfer-Encoding: chunked\r\n\r\n${`1;a=${'x'.repeat(9000)}\r\n5\r\n`.repeat(4)}0\r\n\r\n`,
  ],
  ['chunk size upper', `${OK}Transfer-Encoding: chunked\r\n\r\nA\r\n{"a": 123}\r\n0\r\n\r\n`],
  ['chunk size zeros', `${OK}Transfer-Encoding: chunked\r\n\r\n0000007\r\n${BODY}\r\n000\r\n\r\n`],
  ['chunk size 0x', `${OK}Transfer-Encoding: chunked\r\n\r\n0x7\r\n${BODY}\r\n0\r\n\r\n`],
  ['chunk size negative', `${OK}Transfer-Encoding: chunked\r\n\r\n-7\r\n${BODY}\r\n0\r\n\r\n`],
  ['chunk size plus', `${OK}Transfer-Encoding: chunked\r\n\r\n+7\r\n${BODY}\r\n0\r\n\r\n`],
  ['chunk size empty', `${OK}Transfer-Encoding: chunked\r\n\r\n\r\n${BODY}\r\n0\r\n\r\n`],
  ['chunk size space before', `${OK}Transfer-Encoding: chunked\r\n\r\n 7\r\n${BODY}\r\n0\r\n\r\n`],
  ['chunk size space after', `${OK}Transfer-Encoding: chunked\r\n\r\n7 \r\n${BODY}\r\n0\r\n\r\n`],
  ['chunk size huge', `${OK}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n${BODY}`],
  ['chunk size g', `${OK}Transfer-Encoding: chunked\r\n\r\ng\r\n${BODY}`],
  ['chunk size 2^64-1', `${OK}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n${BODY}`],
  ['chunk LF', `${OK}Transfer-Encoding: chunked\r\n\r\n7\n${BODY}\n0\n\n`],
  ['chunk LF after size', `${OK}Transfer-Encoding: chunked\r\n\r\n7\n${BODY}\r\n0\r\n\r\n`],
  ['chunk LF after data', `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\n0\r\n\r\n`],
  ['chunk CR after size', `${OK}Transfer-Encoding: chunked\r\n\r\n7\r${BODY}\r\n0\r\n\r\n`],
  ['chunk no CRLF after data', `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}0\r\n\r\n`],
  ['chunk longer than size', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\n${BODY}\r\n0\r\n\r\n`],
  ['chunk cut', `${OK}Transfer-Encoding: chunked\r\n\r\n9\r\n${BODY}`],
  ['chunk without last', `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n`],
  ['chunk without end', `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n0\r\n`],
  [
    'trailer',
    `${OK}Transfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n7\r\n${BODY}\r\n0\r\nX-A: b\r\n\r\n`,
  ],
  [
    'trailer Content-Length',
    `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n0\r\nContent-Length: 7\r\n\r\n`,
  ],
  [
    'trailer Content-Length differs',
    `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n0\r\nContent-Length: 3\r\n\r\n`,
  ],
  [
    'trailer Transfer-Encoding',
    `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n`,
  ],
  ['trailer bad', `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n0\r\nX A: b\r\n\r\n`],
  ['trailer NUL', `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n0\r\nX-A: b\0\r\n\r\n`],
  [
    'trailer long',
    `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n0\r\nX-A: ${'b'.repeat(20000)}\r\n\r\n`,
  ],
  [
    'trailer connection close',
    `${OK}Transfer-Encoding: chunked\r\n\r\n7\r\n${BODY}\r\n0\r\nConnection: close\r\n\r\n`,
  ],
  ['chunk cut close', `${OK}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n${BODY}`],
];
