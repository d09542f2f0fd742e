import { expect, test } from '@jest/globals';
import { sentencesOf, untyped } from './support/sentences.ts';

const { createMcpGateway, throttle } = untyped;
const target = 'https://mcp.example/mcp';

test.each<[what: string, create: () => unknown, sentences: string[]]>([
  [
    'a number',
    () => createMcpGateway({ target, rateLimit: 100 }),
    ["rateLimit: given a number; expected an object like { limit: 60, window: '1m' } (wrong_type)"],
  ],
  [
    'the words of express-rate-limit',
    () => createMcpGateway({ target, rateLimit: { max: 100, windowMs: 60_000 } }),
    [
      'rateLimit.max: there is no such option; did you mean limit? (unknown_option)',
      'rateLimit.windowMs: there is no such option; did you mean window? (unknown_option)',
      'rateLimit.limit: given undefined; expected a whole number from 1, or a function that gives one (missing)',
      "rateLimit.window: given undefined; expected milliseconds up to 24 days, or a duration like '30s' or '5m' (missing)",
    ],
  ],
  [
    'a limit of nothing',
    () => createMcpGateway({ target, rateLimit: { limit: 0, window: '1m' } }),
    [
      'rateLimit.limit: given 0; expected a whole number from 1, or a function that gives one (out_of_range)',
    ],
  ],
  [
    'no window',
    () => createMcpGateway({ target, rateLimit: { limit: 60 } }),
    [
      "rateLimit.window: given undefined; expected milliseconds up to 24 days, or a duration like '30s' or '5m' (missing)",
    ],
  ],
  [
    'a window without a unit',
    () => createMcpGateway({ target, rateLimit: { limit: 60, window: '60' } }),
    [
      `rateLimit.window: given "60"; expected milliseconds up to 24 days, or a duration like '30s' or '5m' (invalid_value)`,
    ],
  ],
  [
    'a window in words',
    () => createMcpGateway({ target, rateLimit: { limit: 60, window: '1 minute' } }),
    [
      `rateLimit.window: given "1 minute"; expected milliseconds up to 24 days, or a duration like '30s' or '5m' (invalid_value)`,
    ],
  ],
  [
    'a key that there is not',
    () => createMcpGateway({ target, rateLimit: { limit: 60, window: '1m', by: 'token' } }),
    [
      'rateLimit.by: given "token"; expected one of ip, user, session, tool, or a function, or a list of them (invalid_value)',
    ],
  ],
  [
    'a tool in place of a name',
    () =>
      createMcpGateway({
        target,
        rateLimit: { limit: 60, window: '1m', match: { tool: 'delete_*' } },
      }),
    ['rateLimit.match.tool: there is no such option; did you mean name? (unknown_option)'],
  ],
  [
    'a text as a match',
    () => createMcpGateway({ target, rateLimit: { limit: 60, window: '1m', match: 'delete_*' } }),
    ["rateLimit.match: given a text; expected an object like { name: 'delete_*' } (wrong_type)"],
  ],
  [
    'a client of Redis as a store',
    () => createMcpGateway({ target, rateLimit: { limit: 60, window: '1m', store: {} } }),
    [
      'rateLimit.store: given an object; expected a store for express-rate-limit, with increment, decrement, resetKey (wrong_type)',
    ],
  ],
  [
    'two kinds of limit',
    () => createMcpGateway({ target, rateLimit: { limit: 60, window: '1m', burst: 5 } }),
    [
      'rateLimit.limit: given 60; expected no limit beside burst and refill: one pair of them (conflict)',
      'rateLimit.window: given "1m"; expected no window beside burst and refill: one pair of them (conflict)',
      "rateLimit.refill: given undefined; expected how fast it comes back, like { amount: 5, every: '1s' } (missing)",
    ],
  ],
  [
    'no limit',
    () => createMcpGateway({ target, rateLimit: [] }),
    ['rateLimit: given an empty array; expected a limit or more; false for none (missing)'],
  ],
  [
    'throttle of nothing',
    () => throttle(),
    ["throttle: given undefined; expected an object like { limit: 60, window: '1m' } (missing)"],
  ],
  [
    'no stream',
    () => createMcpGateway({ target, streams: { perUser: 0 } }),
    ['streams.perUser: given 0; expected a whole number from 1 (out_of_range)'],
  ],
  [
    'a number of streams',
    () => createMcpGateway({ target, streams: 10 }),
    ['streams: given a number; expected an object like { perUser: 4 } (wrong_type)'],
  ],
  [
    'streams without a bound',
    () => createMcpGateway({ target, streams: {} }),
    ['streams: given an object; expected one of perUser, perIp, total (invalid_value)'],
  ],
  [
    'a timer for all',
    () => createMcpGateway({ target, timeout: 30_000 }),
    ["timeout: given a number; expected an object like { response: '30s' } (wrong_type)"],
  ],
  [
    'a timer without a unit',
    () => createMcpGateway({ target, timeout: { response: '30' } }),
    [
      `timeout.response: given "30"; expected milliseconds up to 24 days, or a duration like '30s' or '5m' (invalid_value)`,
    ],
  ],
  [
    'a timer in seconds of another library',
    () => createMcpGateway({ target, timeout: { request: 30 } }),
    [
      'timeout.request: there is no such option; there are connect, response, idle, stream, calls (unknown_option)',
    ],
  ],
  [
    'a timer below zero',
    () => createMcpGateway({ target, timeout: { idle: -1 } }),
    [
      "timeout.idle: given -1; expected milliseconds up to 24 days, or a duration like '30s' or '5m' (out_of_range)",
    ],
  ],
  [
    'a heartbeat as a flag',
    () => createMcpGateway({ target, heartbeat: true }),
    [
      "heartbeat: given true; expected milliseconds up to 24 days, or a duration like '30s' or '5m' (invalid_value)",
    ],
  ],
  [
    'a size with a blank unit',
    () => createMcpGateway({ target, bodyLimit: '4 megabytes' }),
    [
      `bodyLimit: given "4 megabytes"; expected bytes, or a size like '512kb' or '4mb' (invalid_value)`,
    ],
  ],
  [
    'a size of nothing',
    () => createMcpGateway({ target, bodyLimit: 0 }),
    ["bodyLimit: given 0; expected bytes, or a size like '512kb' or '4mb' (out_of_range)"],
  ],
  [
    'less in all than for one',
    () => createMcpGateway({ target, bodyLimit: { body: '4mb', total: '1mb' } }),
    [
      'bodyLimit.total: given "1mb"; expected at least as much as `body`, or the largest is never read (conflict)',
    ],
  ],
])('what is wrong with limits and timers: %s', (_what, create, sentences) => {
  expect(sentencesOf(create)).toEqual(sentences);
});
