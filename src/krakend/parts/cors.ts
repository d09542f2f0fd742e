import { isMcpMethod } from '../../mcp/http-methods.ts';
import type { McpCorsOptions } from '../../slots/cors/options.ts';
import type { Source } from './config-parts.ts';
import { inEither } from './namespace.ts';

/** `cors` of a gateway; undefined for the default, which lets no other origin in. */
export function corsOf(source: Source): Omit<McpCorsOptions, 'methods'> | undefined {
  const cors = inEither(source, 'security/cors');
  if (cors === undefined) {
    source.notes.warn(
      'without security/cors, KrakenD serves every web page, without headers; here a request with another Origin is refused with 403',
    );
    return undefined;
  }
  const { notes, values } = cors;
  const { allow_origins: origins = ['*'], allow_methods: methods, max_age: maxAge = 0 } = values;
  if (origins.includes('*') || origins.length === 0) {
    notes
      .at('allow_origins')
      .refuse(
        'any page could use an agent that is signed in; name the origins: https://app.example',
      );
  }
  const missing = source.group.filter(({ method }) => {
    return methods !== undefined && isMcpMethod(method) && !methods.includes(method);
  });
  if (missing.length > 0) {
    const names = missing.map(({ method }) => method).join(', ');
    notes.at('allow_methods').warn(`preflights allow ${names} as well: every method that there is`);
  }
  if (values.allow_headers?.includes('*')) {
    notes
      .at('allow_headers')
      .warn('preflights allow headers by name; write those besides MCP and Authorization');
  }
  return {
    origin: origins.filter((origin) => origin !== '*'),
    ...(values.allow_credentials === true && { credentials: true }),
    ...(values.allow_headers && { allowedHeaders: values.allow_headers.filter(isNotAny) }),
    ...(values.expose_headers && { exposedHeaders: values.expose_headers.filter(isNotAny) }),
    ...(maxAge >= 1 && { maxAge }),
  };
}

/** A preflight allows a header by its name, or not at all. */
function isNotAny(name: string): boolean {
  return name !== '*';
}
