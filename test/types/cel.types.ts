import { createMcpGateway, type PolicyRule } from 'express-mcp-gateway';
import { type CelOptions, cel } from 'express-mcp-gateway/cel';
import { same, typed } from './same.ts';

export function expressions(): void {
  typed<PolicyRule>()(cel('true'));
  same<Parameters<typeof cel>[1], CelOptions | undefined>();
  const policies = [cel('true', { name: 'a', message: 'm', mode: 'shadow', on: 'request' })];
  createMcpGateway({ target: 'https://server.example/mcp', policies });
  // @ts-expect-error -- an expression is a text
  cel(true);
  // @ts-expect-error
  cel('true', { on: 'session' });
  // @ts-expect-error -- an evaluation takes no time that could run out
  cel('true', { timeout: '1s' });
}
