import { byName, type PolicyRule } from '../../slots/policies/policy.ts';
import { readPattern } from '../martian/conditions.ts';
import type { Source } from './config-parts.ts';
import { inEither } from './namespace.ts';

/** `hosts` of a gateway; undefined where all are served, or those that match a pattern. */
export function hostsOf(source: Source): readonly string[] | undefined {
  const security = inEither(source, 'security/http');
  const [{ host }] = source.group;
  const { allowed_hosts: hosts = [], allowed_hosts_are_regex: arePatterns } =
    security?.values ?? {};
  if (security?.values.allowed_hosts?.length === 0) {
    security.notes.at('allowed_hosts').warn('every host is served, as in KrakenD');
  }
  if (arePatterns === true) return host === undefined ? undefined : [host];
  if (hosts.some((host) => !/:\d+$/.test(host))) {
    security?.notes
      .at('allowed_hosts')
      .warn(
        'a host without a port stands for that host on any port; KrakenD compares the port too',
      );
  }
  if (host === undefined) return hosts.length === 0 ? undefined : hosts;
  const isAllowed = hosts.some((own) => [host, nameOf(host)].includes(own.toLowerCase()));
  if (hosts.length > 0 && !isAllowed) {
    security?.notes
      .at('allowed_hosts')
      .refuse(`it does not name ${host} of server/virtualhost, which would never be served`);
  }
  return [host];
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '');
}

/** The rule of patterns of hosts; none where there are no patterns. */
export function hostRulesOf(source: Source): PolicyRule[] {
  const security = inEither(source, 'security/http');
  if (security?.values.allowed_hosts_are_regex !== true) return [];
  const { allowed_hosts: texts = [] } = security.values;
  const place = security.notes.at('allowed_hosts');
  if (texts.length === 0) place.refuse('write the patterns of the hosts');
  const patterns = texts.flatMap((text, i) => {
    const isPattern = readPattern(place.at(i), text) !== undefined;
    // KrakenD anchors the first and the last alternative alone.
    return isPattern ? (readPattern(place.at(i), `^(?:${text})$`) ?? []) : [];
  });
  const rule: PolicyRule = {
    name: 'security/http',
    on: 'request',
    check: byName(({ headers: { host = '' } }) => ({
      allow: patterns.some((matches) => matches(host)),
      reason: 'the host is not allowed',
      message: 'This host is not served here',
    })),
  };
  return [rule];
}
