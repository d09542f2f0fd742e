import type { IncomingMessage } from 'node:http';
import { answerError } from '../../answer-error.ts';
import { contextOf } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import { plain } from '../../lib/plain-error.ts';
import { isClaim, namesIn } from '../../targets/names.ts';
import { encodeValue, valueProblem } from '../../targets/template-value.ts';
import type { Basis } from '../basis.ts';
import type { Slot } from '../slot.ts';

/**
 * Takes the values for the names in the target from the parameters of the route that the gateway is mounted
 * on. A value that could not be sent as one segment is refused with 404, because no such endpoint exists.
 */
export function fillTarget(names: readonly string[]): Middleware {
  return function fillTargetMiddleware(req: IncomingMessage & { params?: unknown }, res, next) {
    const params = Object(req.params) as Readonly<Record<string, unknown>>;
    const values = new Map<string, string>();
    for (const name of names) {
      if (!Object.hasOwn(params, name)) {
        answerError(req, res, 'internal_error', { cause: missing(name) });
        return;
      }
      const value = params[name];
      const problem = valueProblem(value);
      if (problem !== undefined) {
        const cause = new Error(`The parameter '${name}' of the route ${problem}`);
        answerError(req, res, 'not_found', { cause });
        return;
      }
      values.set(name, encodeValue(value as string));
    }
    contextOf(req).params = values;
    next();
  };
}

function missing(name: string): Error {
  const message =
    `The target has {${name}}, and the route has no parameter '${name}': mount the gateway on a path ` +
    `that has it, like app.use('/:${name}', gateway)`;
  return plain(new Error(message));
}

/** The slot. It is in the chain where the target has names of parameters. */
export const target: Slot<object, readonly string[], 'target'> = {
  name: 'target',
  options: [],
  read(_problems, _config, { relay }: Basis) {
    // Claims are not known before `auth`, which fills these in.
    const all = relay === undefined ? [] : namesIn(relay.targets[0].url);
    const names = all.filter((name) => !isClaim(name));
    return names.length === 0 ? undefined : names;
  },
  build: (names) => fillTarget(names),
};
