import type { BodyMember, BodyPlan } from '../plan/request-plan.ts';
import { bytesOf } from './base64.ts';
import type { EncodedBody, GivenMember } from './encoded-body.ts';
import { formOf } from './form.ts';
import { multipartOf } from './multipart.ts';
import { wellFormed } from './scalar.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** The body; undefined where the API needs none and no argument is part of one. */
export function bodyOf(plan: BodyPlan, args: Arguments): EncodedBody | undefined {
  const { mediaType, encoding, isRequired, source } = plan;
  if (source.kind === 'whole') {
    if (!Object.hasOwn(args, source.argument)) return undefined;
    const bytes = wholeBytes(encoding, args[source.argument], source.argument);
    return { contentType: mediaType, bytes };
  }
  const given =
    source.kind === 'members' ? membersIn(source.members, args) : others(source.except, args);
  if (given.length === 0 && !isRequired) return undefined;
  if (encoding === 'multipart') return multipartOf(given);
  const text = encoding === 'form' ? formOf(given) : jsonOf(given);
  return { contentType: mediaType, bytes: Buffer.from(text) };
}

function wholeBytes(encoding: BodyPlan['encoding'], value: unknown, argument: string): Buffer {
  if (encoding === 'base64') return bytesOf(value, argument);
  return Buffer.from(
    encoding === 'text' ? wellFormed(String(value), argument) : JSON.stringify(value),
  );
}

function membersIn(members: readonly BodyMember[], args: Arguments): GivenMember[] {
  return members.flatMap((member): GivenMember[] =>
    Object.hasOwn(args, member.argument) ? [[member, args[member.argument]]] : [],
  );
}

function others(except: ReadonlySet<string>, args: Arguments): GivenMember[] {
  return Object.entries(args)
    .filter(([name]) => !except.has(name))
    .map(([name, value]) => [{ name, argument: name, form: 'json', mediaType: undefined }, value]);
}

function jsonOf(given: readonly GivenMember[]): string {
  return JSON.stringify(Object.fromEntries(given.map(([{ name }, value]) => [name, value])));
}
