export { type BodyLimitOptions, bodyLimit } from '../slots/body-limit/body-limit.ts';
