export { type ArgumentsSchema, matchesSchema } from '../schema/matches-schema.ts';
