import { EventEmitter, once } from 'node:events';

/** What a tool knows of its call, with either SDK. */
export interface WaitingCall {
  readonly progressToken: string | number | undefined;
  readonly signal: AbortSignal;
  notify(step: Step): Promise<void>;
}

interface Step {
  method: 'notifications/progress';
  params: { progressToken: string | number; progress: number };
}

interface Text {
  [other: string]: unknown;
  content: { type: 'text'; text: string }[];
}

/** Opened for all servers of this process at once. */
const gate = new EventEmitter();

export const WAIT = { description: 'Takes a step, then waits' };

export async function wait({ progressToken, signal, notify }: WaitingCall): Promise<Text> {
  const step = async (progress: number) => {
    if (progressToken === undefined) return;
    await notify({ method: 'notifications/progress', params: { progressToken, progress } });
  };
  await step(1);
  try {
    await once(gate, 'open', { signal });
  } catch (cancelled) {
    process.stderr.write('cancelled\n');
    throw cancelled;
  }
  await step(2);
  return { content: [{ type: 'text', text: 'waited' }] };
}

export const GO = { description: 'Lets those go that wait' };

export function go(): Text {
  gate.emit('open');
  return { content: [{ type: 'text', text: 'gone' }] };
}
