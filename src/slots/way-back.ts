import type { AnswerStage } from '../answer-stage.ts';
import { contextOf } from '../context.ts';
import type { Middleware } from '../http/middleware.ts';

/** A slot that only works on the answer. */
export function onWayBack(stage: AnswerStage): Middleware {
  return function onWayBackMiddleware(req, _res, next) {
    contextOf(req).addStage(stage);
    next();
  };
}
