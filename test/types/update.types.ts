import {
  createMcpGateway,
  type GatewayUpdate,
  type Observer,
  type UpdateOptions,
} from 'express-mcp-gateway';
import { same } from './same.ts';

export function update(): void {
  const gateway = createMcpGateway({ target: 'https://mcp.example/mcp' });
  const options: UpdateOptions = { streams: 'end' };
  gateway.update({ target: 'https://mcp.example/mcp' });
  gateway.update({ target: 'https://mcp.example/mcp', path: '/' }, options);
  same<UpdateOptions['streams'], 'keep' | 'end' | undefined>();
  // @ts-expect-error -- all options, not those alone that change
  gateway.update({ path: '/' });
  // @ts-expect-error
  gateway.update({ target: 'https://mcp.example/mcp' }, { streams: 'cut' });
  const observer: Observer = {
    onUpdate(update, gateway) {
      same<keyof typeof update, 'config' | 'previous' | 'streams'>();
      same<typeof gateway, string>();
    },
  };
  same<
    GatewayUpdate,
    {
      readonly config: string;
      readonly previous: string;
      readonly streams: 'keep' | 'end';
    }
  >();
  return void observer;
}
