import type { Notes } from '../notes.ts';
import type { EndpointExtra } from '../table/endpoint.ts';
import type { ServiceExtra } from '../table/service.ts';
import type { Source } from './config-parts.ts';

/** The values of a namespace, and where it stands. */
export interface Namespace<T> {
  readonly values: T;
  readonly notes: Notes;
}

/** The namespace of the endpoint; without one, that of the service. */
export function inEither<K extends keyof EndpointExtra & keyof ServiceExtra>(
  { group: [first], service, serviceNotes }: Source,
  key: K,
): Namespace<NonNullable<EndpointExtra[K] | ServiceExtra[K]>> | undefined {
  const own = first.extra[key];
  const shared = service[key];
  if (own !== undefined) {
    const notes = first.extraNotes.at(key);
    if (shared !== undefined) notes.warn(`of ${key} at the service, nothing holds here`);
    return { values: own, notes };
  }
  return shared === undefined ? undefined : { values: shared, notes: serviceNotes.at(key) };
}
