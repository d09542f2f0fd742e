export type { RestOperation } from '../rest/operations/list-operations.ts';
export type { OperationSelector, SkippedOperation } from '../rest/operations/select-operations.ts';
export type {
  RestErrorContext,
  RestRequest,
  RestResultOptions,
  RestTool,
  RestToolByHand,
  RestToolOptions,
  RestToolSettings,
  RestTools,
  RestToolsOptions,
} from '../rest/options.ts';
export { restTools } from '../rest/rest-tools.ts';
export type { RestToolAnnotations } from '../rest/tool/annotations.ts';
