export interface ServerEvent {
  readonly id: string | undefined;
  readonly data: string;
}

/** Reads the complete events of one stream, in order. Comments are not events. */
export class EventReader {
  #rest = '';

  push(text: string): ServerEvent[] {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.map(readEvent).filter((event) => event !== undefined);
  }
}

function readEvent(block: string): ServerEvent | undefined {
  const fields = block.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line) ?? []);
  const fieldOf = (field: string) => fields.find(([, name]) => name === field)?.[2];
  const data = fieldOf('data');
  return data === undefined ? undefined : { id: fieldOf('id'), data };
}
