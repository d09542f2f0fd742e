import type { Arguments } from '../../support/sdk-v2-tools.ts';

/** What a tool may do with its call: end the stream, so that the client asks for the result by GET. */
interface ToolCall {
  endStream(): void;
}

type Tool = (args: Arguments, call: ToolCall) => string | Promise<string>;

/** What the clients in other languages call. */
export const TOOLS: Readonly<Record<string, Tool>> = {
  echo: ({ message }) => `Echo: ${message}`,
  delete_all: () => 'deleted',
  once: () => 'done',
  large: ({ bytes }) => largeText(bytes),
  polled({ bytes }, { endStream }) {
    endStream();
    return largeText(bytes);
  },
  hang() {
    process.stdout.write('hanging\n');
    return new Promise(() => {});
  },
};

/** About that many bytes, some of them in characters of two. */
export const largeText = (bytes: number): string => 'Grüße, '.repeat(Math.ceil(bytes / 9));
