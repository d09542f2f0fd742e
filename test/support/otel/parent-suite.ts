import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { context, type SpanContext, trace } from '@opentelemetry/api';
import type { Express } from 'express';
import { send } from '../client/send.ts';
import type { ExportedSpan, OtelKit } from './kit.ts';
import {
  answer,
  CLIENT,
  message,
  SERVER,
  spanOf,
  startTraced,
  type TracedGateway,
  traceparent,
} from './traced-gateway.ts';

const OF_META = spanOf('a');
const OF_HEADER = spanOf('b', { isRemote: true });
const ACTIVE = spanOf('c');

const ping = (_meta?: object) => message('ping', _meta && { _meta });

function parentOf(span: ExportedSpan | undefined): string | undefined {
  return span?.parentSpanContext?.spanId;
}

function linksOf(span: ExportedSpan | undefined): string[] | undefined {
  return span?.links.map(({ context }) => context.spanId);
}

/** The parents of the spans of messages, and the trace headers that the upstream gets. */
export function describeParents(kit: OtelKit): void {
  describe(`parents with ${kit.name}`, () => {
    beforeAll(() => kit.setGlobals(kit.w3c));
    afterAll(() => kit.unsetGlobals());

    const meta = { traceparent: traceparent(OF_META) };
    const headers = { traceparent: traceparent(OF_HEADER) };

    const CASES: readonly (readonly [
      what: string,
      given: { meta?: object; headers?: Record<string, string>; active?: SpanContext },
      remote: { parent: string | undefined; links: readonly SpanContext[] },
      link: { parent: string | undefined; links: readonly SpanContext[] },
    ])[] = [
      ['nothing', {}, { parent: undefined, links: [] }, { parent: undefined, links: [] }],
      [
        'a header',
        { headers },
        { parent: OF_HEADER.spanId, links: [] },
        { parent: undefined, links: [OF_HEADER] },
      ],
      [
        'an active span and the header it comes from',
        { headers, active: ACTIVE },
        { parent: ACTIVE.spanId, links: [] },
        { parent: ACTIVE.spanId, links: [] },
      ],
      [
        'an active span that is of somebody else',
        { active: { ...ACTIVE, isRemote: true } },
        { parent: ACTIVE.spanId, links: [] },
        { parent: undefined, links: [ACTIVE] },
      ],
      [
        '_meta',
        { meta },
        { parent: OF_META.spanId, links: [] },
        { parent: undefined, links: [OF_META] },
      ],
      [
        '_meta and a header of another trace',
        { meta, headers },
        { parent: OF_META.spanId, links: [OF_HEADER] },
        { parent: undefined, links: [OF_META, OF_HEADER] },
      ],
      [
        '_meta and a header of the same span',
        { meta, headers: { traceparent: traceparent(OF_META) } },
        { parent: OF_META.spanId, links: [] },
        { parent: undefined, links: [OF_META] },
      ],
      [
        '_meta and an active span',
        { meta, headers, active: ACTIVE },
        { parent: OF_META.spanId, links: [ACTIVE] },
        { parent: ACTIVE.spanId, links: [OF_META] },
      ],
      [
        '_meta that names no span',
        { meta: { traceparent: 'nonsense', tracestate: 7 }, headers },
        { parent: OF_HEADER.spanId, links: [] },
        { parent: undefined, links: [OF_HEADER] },
      ],
    ];

    for (const [what, given, remote, link] of CASES) {
      test.each([
        ['remote', remote],
        ['link', link],
      ] as const)(`${what}, parent: %s`, async (parent, expected) => {
        const { active } = given;
        const traced = await startTraced(kit, { otel: { parent }, ...(active && { active }) });
        await traced.post(ping(given.meta), given.headers);
        const [server] = traced.spans(SERVER);
        expect(parentOf(server)).toBe(expected.parent);
        expect(linksOf(server)).toEqual(expected.links.map(({ spanId }) => spanId));
        expectSentOn(traced);
      });
    }

    test('where a policy has read the body, _meta is the parent as well', async () => {
      const traced = await startTraced(kit, { config: { policies: () => true } });
      await traced.post(ping(meta), headers);
      expect(parentOf(traced.spans(SERVER)[0])).toBe(OF_META.spanId);
    });

    test('each message of a batch has its own parent; the first one goes upstream', async () => {
      const traced = await startTraced(kit);
      await traced.post([
        message('ping', { _meta: meta }, 1),
        message('ping', { _meta: headers }, 2),
      ]);
      expect(traced.spans(SERVER).map(parentOf)).toEqual([OF_META.spanId, OF_HEADER.spanId]);
      expectSentOn(traced);
    });

    test('what is too long to be looked into has the parent of its header', async () => {
      const traced = await startTraced(kit);
      const long = message('ping', { _meta: meta, text: 'x'.repeat(70_000) });
      await traced.post(long, { ...headers, 'mcp-method': 'ping' });
      expect(parentOf(traced.spans(SERVER)[0])).toBe(OF_HEADER.spanId);
      expectSentOn(traced);
    });

    test('what belongs to the trace goes upstream with it, once, however it was spelled', async () => {
      const traced = await startTraced(kit);
      await traced.post(ping({ ...meta, tracestate: 'of=meta', baggage: 'who=meta' }), {
        TraceParent: traceparent(OF_HEADER),
        TRACESTATE: 'of=header',
        Baggage: 'who=header',
      });
      const [{ rawHeaders = [] } = {}] = traced.upstream.seen;
      const lines = rawHeaders.flatMap((name, i) =>
        /^(trace|baggage)/i.test(name) ? [`${name}: ${rawHeaders[i + 1]}`] : [],
      );
      const [client] = traced.spans(CLIENT);
      expect(lines.toSorted()).toEqual([
        'baggage: who=meta',
        `traceparent: ${client && traceparent(client.spanContext())}`,
        'tracestate: of=meta',
      ]);
    });

    test('baggage of the headers stays where _meta has none', async () => {
      const traced = await startTraced(kit);
      await traced.post(ping(meta), { ...headers, baggage: 'who=header', tracestate: 'of=header' });
      const [{ headers: seen = {} } = {}] = traced.upstream.seen;
      expect(seen.baggage).toBe('who=header');
      // The tracestate belongs to the other trace.
      expect(seen.tracestate).toBeUndefined();
    });

    test('of a client that is only linked to, neither state nor baggage goes upstream', async () => {
      const traced = await startTraced(kit, { otel: { parent: 'link' } });
      const given = { baggage: 'who=client', tracestate: 'of=client' };
      await traced.post(ping({ ...meta, ...given }), { ...headers, ...given });
      const [{ headers: seen = {} } = {}] = traced.upstream.seen;
      expect([seen.baggage, seen.tracestate]).toEqual([undefined, undefined]);
      expectSentOn(traced);
    });

    test.each([
      ['malformed', ['traceparent: 00-zz-1-01']],
      ['of another version', ['traceparent: ff-{trace}-{span}-01']],
      ['repeated', ['traceparent: 00-{trace}-{span}-01', 'TraceParent: 00-{trace}-{span}-01']],
    ])('a header that is %s is no parent, and does not go upstream', async (_what, lines) => {
      const traced = await startTraced(kit);
      const { traceId, spanId } = OF_HEADER;
      const named = lines.map((line) => line.replace('{trace}', traceId).replace('{span}', spanId));
      const { status } = await send(traced.gateway.port, { headers: named });
      expect(status).toBe(200);
      await traced.observer.record();
      expect(parentOf(traced.spans(SERVER)[0])).toBeUndefined();
      expectSentOn(traced);
    });

    test('where tracing is suppressed, there are no spans, and headers go on as they are', async () => {
      const traced = await startTraced(kit, { prepare: suppressed(kit) });
      await traced.post(ping(), { ...headers, baggage: 'who=header' });
      expect(traced.tracing.spans).toEqual([]);
      expect(traced.upstream.seen[0]?.headers).toMatchObject(headers);
    });

    test('what the app runs before a request is sent has the context in which it came', async () => {
      const seen: (string | undefined)[] = [];
      const note = () => void seen.push(trace.getActiveSpan()?.spanContext().spanId);
      const traced = await startTraced(kit, {
        active: ACTIVE,
        config: {
          auth: () => {
            note();
            return { subject: 'ann' };
          },
          headers: {
            set: {
              'X-A': () => {
                note();
                return 'a';
              },
            },
          },
        },
      });
      await traced.post(ping(meta), headers);
      expect(seen).toEqual([ACTIVE.spanId, ACTIVE.spanId]);
    });

    const KEPT = [
      [{ remove: ['traceparent'] }, undefined],
      [{ set: { Traceparent: 'of the app' } }, 'of the app'],
    ] as const;

    test.each(KEPT)('what the app has decided on stays: %j', async (edits, expected) => {
      const traced = await startTraced(kit, { config: { headers: edits } });
      await traced.post(ping(), headers);
      expect(traced.upstream.seen[0]?.headers.traceparent).toBe(expected);
    });

    test('what is sent once more, to follow a redirect, is of the same span', async () => {
      const traced = await startTraced(kit, {
        config: { redirects: 'same-origin' },
        respond: (req, res, body) => {
          if (req.url === '/moved') answer({ result: {} })(req, res, body);
          else res.writeHead(307, { Location: '/moved' }).end();
        },
      });
      await traced.post(ping(meta), headers);
      const [client, ...others] = traced.spans(CLIENT);
      expect(others).toEqual([]);
      const sent = traced.upstream.seen.map((request) => request.headers.traceparent);
      const own = traceparent(client?.spanContext() as SpanContext);
      expect(sent).toEqual([own, own]);
    });

    test('without spans of ours, the headers of the client go on as they are', async () => {
      const traced = await startTraced(kit, {
        respond: (_req, res) => void res.writeHead(202).end(),
      });
      await traced.post({ jsonrpc: '2.0', id: 1, result: {} }, headers);
      expect(traced.upstream.seen[0]?.headers.traceparent).toBe(headers.traceparent);
    });
  });

  describe(`other propagators with ${kit.name}`, () => {
    afterEach(() => kit.unsetGlobals());

    test.each([
      [
        '_meta',
        { 'x-b3-traceid': OF_META.traceId, 'x-b3-spanid': OF_META.spanId, 'x-b3-sampled': '1' },
        {},
      ],
      ['a header', undefined, { b3: `${OF_META.traceId}-${OF_META.spanId}-1` }],
    ])('the propagator of Zipkin, in %s', async (_what, inMeta, headers) => {
      kit.setGlobals(kit.b3);
      const traced = await startTraced(kit);
      await traced.post(ping(inMeta), { ...headers, traceparent: traceparent(OF_HEADER) });
      const [server] = traced.spans(SERVER);
      expect(parentOf(server)).toBe(OF_META.spanId);
      const [client] = traced.spans(CLIENT);
      const seen = traced.upstream.seen[0]?.headers;
      expect(seen).toMatchObject({
        'x-b3-traceid': OF_META.traceId,
        'x-b3-spanid': client?.spanContext().spanId,
        // The gateway does not change headers that this propagator does not write.
        traceparent: traceparent(OF_HEADER),
      });
    });

    test('without a propagator, the headers of the client go on as they are', async () => {
      const traced = await startTraced(kit);
      await traced.post(ping(), { traceparent: traceparent(OF_HEADER), tracestate: 'a=b' });
      expect(traced.spans(SERVER).length).toBe(1);
      expect(traced.upstream.seen[0]?.headers).toMatchObject({
        traceparent: traceparent(OF_HEADER),
        tracestate: 'a=b',
      });
    });
  });
}

/** An app that suppresses tracing. */
function suppressed(kit: OtelKit): (app: Express) => void {
  return (app) => {
    app.use((_req, _res, next) => {
      context.with(kit.suppress(context.active()), next);
    });
  };
}

/** Expects that the upstream gets the gateway's CLIENT span as its parent. */
function expectSentOn(traced: TracedGateway): void {
  const [server] = traced.spans(SERVER);
  const [client] = traced.spans(CLIENT);
  expect(parentOf(client)).toBe(server?.spanContext().spanId);
  const context = client?.spanContext() as SpanContext;
  expect(traced.upstream.seen[0]?.headers.traceparent).toBe(traceparent(context));
}
