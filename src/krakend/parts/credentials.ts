import { checkConfig } from '../../options/config-problems.ts';
import type { HeaderValue } from '../../slots/headers/header-rules.ts';
import { tokenHeader } from '../../upstream-tokens/client-credentials.ts';
import { readTokenOptions } from '../../upstream-tokens/token-options.ts';
import type { Notes } from '../notes.ts';
import type { ClientCredentialsValues } from '../table/backend.ts';
import { written } from '../written.ts';
import { notedOr } from './noted.ts';

/** Parameters that the gateway sends by itself. */
const OWN_PARAMETERS: readonly string[] = ['grant_type', 'client_id', 'client_secret', 'scope'];

/** The token that the gateway gets for itself, as a value of `Authorization`. */
export function credentialsOf(notes: Notes, values: ClientCredentialsValues): HeaderValue {
  const { client_id: clientId, client_secret: clientSecret, token_url: tokenUrl, scopes } = values;
  for (const key of ['client_id', 'client_secret', 'token_url'] as const) {
    if (values[key] === undefined) notes.at(key).refuse('write it: there is no token without it');
  }
  const further = parametersOf(notes.at('endpoint_params'), values.endpoint_params);
  if (clientId === undefined || clientSecret === undefined || tokenUrl === undefined) {
    return undefined;
  }
  const scope = scopes?.split(',').map((own) => own.trim());
  return notedOr(notes, () => {
    const options = {
      tokenUrl,
      clientId,
      clientSecret,
      ...(scope !== undefined && { scope: scope.join(' ') }),
    };
    const settings = checkConfig('clientCredentials', (problems) =>
      readTokenOptions(problems, options),
    );
    const header = tokenHeader({ ...settings, parameters: [...settings.parameters, ...further] });
    // The function of the package has no further parameters.
    if (further.length > 0) return header;
    return written(header, {
      call: 'clientCredentials',
      from: 'express-mcp-gateway',
      args: [options],
    });
  });
}

/** In KrakenD each parameter has a list; a list of one stands for its element. */
function parametersOf(notes: Notes, params: unknown = {}): (readonly [string, string])[] {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    notes.refuse('write an object with a list for each parameter');
    return [];
  }
  return Object.entries(params).flatMap(([name, value]) => {
    const text: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (OWN_PARAMETERS.includes(name))
      notes.at(name).refuse(`${name} is sent by itself; take it out`);
    else if (typeof text === 'string') return [[name, text] as const];
    else notes.at(name).refuse('write a list with one text');
    return [];
  });
}
