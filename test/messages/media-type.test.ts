import { describe, expect, test } from '@jest/globals';
import { checkMediaType } from '../../src/mcp/message/media-type.ts';

describe('only JSON in UTF-8', () => {
  test.each([
    'application/json',
    'Application/JSON',
    'application/json;',
    'application/json ; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json; charset="utf-8"',
    'application/json; charset="ut\\f-8"',
    'application/json; profile="a;charset=utf-16"; charset=utf-8',
    'application/json; ; x=y',
  ])('%j passes', (type) => {
    expect(checkMediaType({ 'content-type': type })).toBeUndefined();
  });

  test.each([
    undefined,
    '',
    'text/plain',
    'text/json',
    'application/jsonp',
    'application/json-rpc',
    'application/vnd.api+json',
    'application /json',
    'application/json charset=utf-8',
    'application/json, application/json',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8; charset=utf-8',
    'application/json; charset=utf-8; CHARSET=utf-16',
    'application/json; charset="utf-8',
    'application/json; charset=',
    'application/json; charset',
    'application/json; charset =utf-8',
    'application/json; charset= utf-8',
    "application/json; charset*=utf-8''utf-16 x",
    'application/json\u00a0; charset=utf-8',
    'multipart/form-data; boundary=application/json',
  ])('%j is refused', (type) => {
    expect(checkMediaType(type === undefined ? {} : { 'content-type': type })).toMatchObject({
      reason: 'unsupported_media_type',
      code: 415,
      id: null,
    });
  });

  test.each([
    [undefined, true],
    ['identity', true],
    ['Identity', true],
    ['gzip', false],
    ['br', false],
    ['identity, gzip', false],
    ['x-gzip', false],
    ['', false],
  ])('content coding %j passes: %j', (coding, passes) => {
    const headers = { 'content-type': 'application/json' };
    const problem = checkMediaType(
      coding === undefined ? headers : { ...headers, 'content-encoding': coding },
    );
    expect(problem === undefined).toBe(passes);
  });

  test('a long malformed header costs no more than its length', () => {
    const type = `application/json${'; '.repeat(8_000)}=`;
    expect(checkMediaType({ 'content-type': type })?.code).toBe(415);
  });
});
