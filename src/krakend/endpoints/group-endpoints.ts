import { comparable } from '../document/comparable.ts';
import type { ReadEndpoint } from './read-endpoint.ts';

/** The endpoints of one path, which become one gateway. */
export type EndpointGroup = readonly [ReadEndpoint, ...ReadEndpoint[]];

/** Namespaces that may differ between the methods of a path. */
const BY_METHOD: readonly string[] = [
  'qos/ratelimit/router',
  'qos/ratelimit/router/redis',
  'qos/ratelimit/tiered',
  'qos/ratelimit/proxy',
  // Only a POST has a body.
  'validation/json-schema',
  'documentation/openapi',
  'documentation/postman',
  'telemetry/opentelemetry',
  'telemetry/logging',
];

/** Groups endpoints by their path. Settings that protect only some of the methods of a path are noted. */
export function groupEndpoints(endpoints: readonly ReadEndpoint[]): EndpointGroup[] {
  const groups = new Map<string, [ReadEndpoint, ...ReadEndpoint[]]>();
  for (const endpoint of endpoints) {
    const { path, host = '' } = endpoint;
    const { route, text } = path;
    // To KrakenD, `/a/{x}` and `/a/{y}` are one path.
    const key = `${host} ${route.replaceAll(/:\w+/g, ':')}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [endpoint]);
    else if (group[0].path.text !== text) {
      endpoint.notes
        .at('endpoint')
        .refuse(
          `${group[0].path.text} and ${text} are one path; KrakenD does not start with two names of a parameter`,
        );
    } else if (group.some(({ method }) => method === endpoint.method)) {
      endpoint.notes.refuse(`KrakenD does not start with ${endpoint.method} ${text} twice`);
    } else group.push(endpoint);
  }
  for (const group of groups.values()) refuseDifferences(group);
  return [...groups.values()];
}

function refuseDifferences(group: EndpointGroup): void {
  for (const key of ['input_headers', 'input_query_strings']) {
    refuseDifference(group, [key], ({ given }) => given[key] ?? []);
  }
  const extras = group.map(({ given }) => Object(given.extra_config) as Record<string, unknown>);
  refuseInExtra(group, ['extra_config'], extras);
  const backends = group.map(({ given }) => Object(Object(given.backend)[0]));
  for (const key of keysOf(backends)) {
    if (key !== 'method' && key !== 'extra_config') {
      refuseDifference(group, ['backend', 0, key], (_endpoint, i) => backends[i]?.[key]);
    }
  }
  refuseInExtra(
    group,
    ['backend', 0, 'extra_config'],
    backends.map((backend) => Object(backend.extra_config)),
  );
}

type Json = Readonly<Record<string, unknown>>;

function refuseInExtra(
  group: EndpointGroup,
  path: readonly (string | number)[],
  extras: readonly Json[],
): void {
  for (const namespace of keysOf(extras)) {
    if (BY_METHOD.includes(namespace)) continue;
    refuseDifference(group, [...path, namespace], (_endpoint, i) => extras[i]?.[namespace]);
  }
}

function keysOf(objects: readonly Json[]): Set<string> {
  return new Set(objects.flatMap((own) => Object.keys(own).filter((key) => !/^[@$_#]/.test(key))));
}

function refuseDifference(
  group: EndpointGroup,
  path: readonly (string | number)[],
  given: (endpoint: ReadEndpoint, place: number) => unknown,
): void {
  const values = group.map((endpoint, i) => comparable(given(endpoint, i)));
  if (new Set(values).size === 1) return;
  // For a missing value, `comparable` gives an empty text.
  const first = Math.max(
    values.findIndex((value) => value !== ''),
    0,
  );
  const like = group.filter((_endpoint, i) => values[i] === values[first]);
  const other = group.filter((_endpoint, i) => values[i] !== values[first]);
  const name = path.at(-1);
  path
    .reduce((notes, key) => notes.at(key), (group[first] ?? group[0]).notes)
    .refuse(
      `${name} holds for ${methodsOf(like)} and not in the same way for ${methodsOf(other)}, which KrakenD serves without it; write the same for all methods of ${group[0].path.text}`,
    );
}

function methodsOf(endpoints: readonly ReadEndpoint[]): string {
  return endpoints.map(({ method }) => method).join(' and ');
}
