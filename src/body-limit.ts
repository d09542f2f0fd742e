export { type BodyLimitOptions, bodyLimit } from './middleware/body-limit.ts';
