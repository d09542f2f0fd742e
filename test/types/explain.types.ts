import {
  createMcpGateway,
  type DescribedRequest,
  type ErrorReason,
  type ExplainedSlot,
  type Explanation,
  type Principal,
  type SessionStore,
} from 'express-mcp-gateway';
import { same, typed } from './same.ts';

export async function explain(): Promise<void> {
  const gateway = createMcpGateway({ target: 'https://mcp.example/mcp' });
  const explanation = await gateway.explain({});
  typed<Explanation>()(explanation);
  same<Explanation['status'], number | undefined>();
  same<Explanation['reason'], ErrorReason | 'relayed' | 'answered'>();
  same<Explanation['target'], string | undefined>();
  same<Explanation['headers'], Readonly<Record<string, string>> | undefined>();
  for (const slot of explanation.slots) typed<ExplainedSlot>()(slot);
  same<ExplainedSlot['outcome'], 'allow' | 'deny' | 'skipped'>();
  same<ExplainedSlot['reason'], ErrorReason | undefined>();
  same<DescribedRequest['principal'], Principal | undefined>();
  await gateway.explain({
    method: 'GET',
    headers: { Host: 'gateway.example', Via: ['1.1 a', '1.1 b'], Accept: undefined },
    ip: '2001:db8::1',
    url: '/api/mcp?a=1',
    params: { team: 'blue' },
  });
  await gateway.explain({ message: { jsonrpc: '2.0', id: 1, method: 'ping' } });
  await gateway.explain({ body: new Uint8Array() });
  // @ts-expect-error -- it is `headers`
  await gateway.explain({ header: {} });
  // @ts-expect-error -- an explanation is only read
  explanation.status = 200;
  same<
    ReturnType<NonNullable<SessionStore['peek']>>,
    string | undefined | Promise<string | undefined>
  >();
}
