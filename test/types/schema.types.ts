import type { PolicyRule } from 'express-mcp-gateway';
import { type ArgumentsSchema, matchesSchema } from 'express-mcp-gateway/schema';
import { typed } from './same.ts';

export function schemas(): void {
  const search: ArgumentsSchema = { type: 'object', required: ['query'] };
  typed<PolicyRule>()(matchesSchema({ search, 'delete_*': { required: ['reason'] } }));
  const literal = { type: 'object', properties: { a: { enum: [1, 2] } } } as const;
  matchesSchema({ literal });
  // @ts-expect-error -- a schema for each tool
  matchesSchema({ search: true });
  // @ts-expect-error -- by the name of the tool
  matchesSchema(['search']);
}
