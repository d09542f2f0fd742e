import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, jest, test } from '@jest/globals';
import type { Engine, UpstreamListener, UpstreamRequest } from '../../src/engine/engine.ts';
import { UNTIL_ANSWERED } from '../../src/engine/own-request.ts';
import type { UpstreamAnswer } from '../../src/engine/upstream-answer.ts';
import type { FailureKind, UpstreamFailure } from '../../src/engine/upstream-failure.ts';
import { noop } from '../../src/lib/noop.ts';
import type { RequestOutcome } from '../../src/targets/attempt.ts';
import { guarded } from '../../src/targets/guarded.ts';
import { holdTimers } from '../support/fake-time.ts';

const REQUEST: UpstreamRequest = {
  method: 'POST',
  fresh: false,
  headers: {},
  body: { sendTo: noop },
};

/** An exchange that the test plays: the engine's side, what the relay hears, and what it came to. */
function play({ canForget = false, isTrial = false } = {}) {
  const told: string[] = [];
  const heard: string[] = [];
  const note = (line: string) => void told.push(line);
  const outcome: RequestOutcome = {
    canForget,
    isTrial,
    answered: () => note('answered'),
    failed: (kind, ms) => note(['failed', kind, ms].filter((part) => part !== undefined).join(' ')),
    endedWell: () => note('ended well'),
    stood: () => note('stood'),
    left: () => note('left'),
  };
  let inner: UpstreamListener | undefined;
  const engine: Engine = (_request, listener) => {
    inner = listener;
    return { abort: () => void heard.push('aborted') };
  };
  const listener: UpstreamListener = {
    ...UNTIL_ANSWERED,
    onAnswer: ({ status }) => void heard.push(`answer ${status}`),
    onFailure: ({ kind }) => void heard.push(`failure ${kind}`),
  };
  const exchange = guarded(engine, outcome, new Set([502, 503, 504]))(REQUEST, listener);
  if (inner === undefined) throw new Error('The engine was not called');
  return { upstream: inner, exchange, told, heard };
}

class FakeAnswer implements UpstreamAnswer {
  readonly reason = '';
  readonly httpVersion = '1.1';
  readonly rawHeaders: readonly string[] = [];
  readonly contentTypes = '';
  readonly isOpenEnded = true;
  readonly body: PassThrough = new PassThrough();
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly isEventStream: boolean;
  isComplete = false;

  constructor(status = 200, headers: Readonly<Record<string, string>> = {}, isEventStream = false) {
    this.status = status;
    this.headers = headers;
    this.isEventStream = isEventStream;
  }

  /** All of it has come, and has been read. */
  async end(): Promise<void> {
    this.isComplete = true;
    const ended = EventEmitter.once(this.body, 'end');
    this.body.end();
    this.body.resume();
    await ended;
  }
}

function failure(kind: FailureKind, code?: string): UpstreamFailure {
  return { kind, hasBegun: false, cause: Object.assign(new Error('It failed'), { code }) };
}

describe('before an answer', () => {
  test.each<[FailureKind]>([['unreachable'], ['lost'], ['invalid']])(
    '%s without a connection: no connection came about',
    (kind) => {
      const { upstream, told, heard } = play();
      upstream.onConnecting();
      upstream.onFailure(failure(kind));
      expect(told).toEqual(['failed unreachable']);
      expect(heard).toEqual([`failure ${kind}`]);
    },
  );

  test.each<[FailureKind]>([['unreachable'], ['lost'], ['invalid']])(
    '%s on a connection: it is lost',
    (kind) => {
      const { upstream, told } = play();
      upstream.onConnecting();
      upstream.onConnected();
      upstream.onBodySent();
      upstream.onFailure(failure(kind));
      expect(told).toEqual(['failed lost']);
    },
  );

  test('lost while the body is sent says nothing: the host may not want what the client sends', () => {
    const { upstream, told } = play();
    upstream.onConnecting();
    upstream.onConnected();
    upstream.onFailure(failure('lost'));
    expect(told).toEqual(['left']);
  });

  test('a second connection that does not come about, behind one that was stale', () => {
    const { upstream, told } = play();
    upstream.onConnected();
    upstream.onConnecting();
    upstream.onFailure(failure('unreachable'));
    expect(told).toEqual(['failed unreachable']);
  });

  test.each([true, false])('a time-out, connected: %j', (isConnected) => {
    const { upstream, told } = play();
    upstream.onConnecting();
    if (isConnected) upstream.onConnected();
    upstream.onFailure(failure('timeout'));
    expect(told).toEqual(['failed timeout']);
  });

  test('a request that cannot be sent says nothing about the host', () => {
    const { upstream, told } = play();
    upstream.onFailure(failure('internal'));
    expect(told).toEqual(['left']);
  });

  test('a head that is too long shows that the host is there: a client may have had it echoed', () => {
    const { upstream, told } = play();
    upstream.onConnected();
    upstream.onFailure(failure('invalid', 'HPE_HEADER_OVERFLOW'));
    expect(told).toEqual(['answered', 'left']);
  });

  test('a request that is taken back', () => {
    const { exchange, told, heard } = play();
    exchange.abort();
    expect(told).toEqual(['left']);
    expect(heard).toEqual(['aborted']);
  });
});

describe('the head of an answer', () => {
  test.each([200, 202, 204, 302, 400, 401, 403, 404, 405, 429, 500, 501])(
    '%d is none',
    (status) => {
      const { upstream, told, heard } = play();
      upstream.onConnected();
      upstream.onAnswer(new FakeAnswer(status, { 'retry-after': '5' }));
      expect(told).toEqual(['answered']);
      expect(heard).toEqual([`answer ${status}`]);
    },
  );

  test.each([
    [502, '5', 'failed status'],
    [503, '5', 'failed status 5000'],
    [503, 'soon', 'failed status'],
    [503, '0', 'failed status'],
    [504, '5', 'failed status'],
  ])('%d with Retry-After: %s is a failure', (status, value, expected) => {
    const { upstream, told } = play();
    upstream.onConnected();
    upstream.onAnswer(new FakeAnswer(status, { 'retry-after': value }));
    expect(told).toEqual([expected]);
  });
});

describe('the body of an answer', () => {
  test('that comes whole ends well, and what breaks behind it is no failure', async () => {
    const { upstream, told, heard } = play();
    const answer = new FakeAnswer();
    upstream.onConnected();
    upstream.onAnswer(answer);
    await answer.end();
    upstream.onFailure(failure('invalid', 'HPE_INVALID_CONSTANT'));
    expect(told).toEqual(['answered', 'ended well']);
    expect(heard).toEqual(['answer 200', 'failure invalid']);
  });

  test('that breaks off is a failure', () => {
    const { upstream, told } = play();
    upstream.onConnected();
    upstream.onAnswer(new FakeAnswer());
    upstream.onFailure(failure('lost'));
    expect(told).toEqual(['answered', 'failed lost']);
  });

  test('that a client leaves is none', () => {
    const { upstream, exchange, told } = play();
    upstream.onConnected();
    upstream.onAnswer(new FakeAnswer());
    exchange.abort();
    expect(told).toEqual(['answered', 'left']);
  });
});

describe('a trial gives its place up, and nothing else,', () => {
  function trial() {
    holdTimers();
    const played = play({ isTrial: true });
    played.upstream.onConnected();
    return played;
  }

  test('where its body has not been sent after 5 s', () => {
    const { told, heard } = trial();
    jest.advanceTimersByTime(4999);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(1);
    expect([told, heard]).toEqual([['left'], []]);
  });

  test.each([
    ['its body is sent', ({ upstream }: ReturnType<typeof trial>) => upstream.onBodySent()],
    [
      'it is answered before',
      ({ upstream }: ReturnType<typeof trial>) => upstream.onAnswer(new FakeAnswer()),
    ],
    ['it fails', ({ upstream }: ReturnType<typeof trial>) => upstream.onFailure(failure('lost'))],
    ['its client leaves', ({ exchange }: ReturnType<typeof trial>) => exchange.abort()],
  ])('and not where %s', (_what, end) => {
    end(trial());
    expect(jest.getTimerCount()).toBe(0);
  });

  test('and others have no such timer', () => {
    holdTimers();
    play().upstream.onConnected();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('an event stream', () => {
  function open(canForget: boolean) {
    holdTimers();
    const played = play({ canForget });
    const answer = new FakeAnswer(200, {}, true);
    played.upstream.onConnected();
    played.upstream.onAnswer(answer);
    return { ...played, answer };
  }

  test('has stood after 5 s', () => {
    const { told } = open(true);
    jest.advanceTimersByTime(4999);
    expect(told).toEqual(['answered']);
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['answered', 'stood']);
  });

  test('has no timer where there is nothing to forget', () => {
    open(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  test.each([
    ['that ends', ({ answer }: ReturnType<typeof open>) => answer.end()],
    [
      'that breaks off',
      ({ upstream }: ReturnType<typeof open>) => upstream.onFailure(failure('lost')),
    ],
    ['that its client leaves', ({ exchange }: ReturnType<typeof open>) => exchange.abort()],
  ])('%s before has not stood', async (_what, end) => {
    const stream = open(true);
    await end(stream);
    expect(jest.getTimerCount()).toBe(0);
    expect(stream.told).not.toContain('stood');
  });
});
