import type { Source } from './config-parts.ts';
import { inEither } from './namespace.ts';

/** Headers for browsers that are on every answer. */
export interface SecurityHeaders {
  /** On all answers. */
  readonly always: Readonly<Record<string, string>>;
  /** On answers over TLS. */
  readonly overTls: Readonly<Record<string, string>>;
}

/** The headers of `security/http`. */
export function securityHeadersOf(source: Source): SecurityHeaders {
  const values = inEither(source, 'security/http')?.values ?? {};
  const { sts_seconds: seconds = 0, sts_include_subdomains: withSubdomains = false } = values;
  const { custom_frame_options_value: frame, content_security_policy: policy } = values;
  const sts = seconds > 0 && {
    'Strict-Transport-Security': `max-age=${seconds}${withSubdomains ? '; includeSubDomains' : ''}`,
  };
  const isForced = values.force_sts_header === true;
  return {
    always: {
      ...(values.frame_deny === true && { 'X-Frame-Options': 'DENY' }),
      ...(frame !== undefined && { 'X-Frame-Options': frame }),
      ...(values.content_type_nosniff === true && { 'X-Content-Type-Options': 'nosniff' }),
      ...(values.browser_xss_filter === true && { 'X-XSS-Protection': '1; mode=block' }),
      ...(policy !== undefined && { 'Content-Security-Policy': policy }),
      ...(values.referrer_policy !== undefined && { 'Referrer-Policy': values.referrer_policy }),
      ...(isForced && sts),
    },
    overTls: isForced || sts === false ? {} : sts,
  };
}
