import type { Check } from './check.ts';
import type { Evidence } from './evidence.ts';

/**
 * Room for compiled code and tables that have grown. A gateway gets some 10,000 requests: if it kept half a
 * kilobyte of each, it would exceed this.
 */
const HEAP_MARGIN_BYTES = 4_000_000;

/** The checks of the gateway that is never killed, after all clients have left. */
export function checksOfRest({ rest: { fresh, before, after } }: Evidence): Check[] {
  const grown = after.heapBytes - before.heapBytes;
  return [
    {
      name: 'no file and no socket stays open in a gateway',
      problems: more(after.files, fresh),
    },
    {
      name: 'no timer and no other handle stays active in a gateway',
      problems: more(after.active, before.active),
    },
    {
      name: 'no request, answer, socket or timer stays in the memory of a gateway',
      problems: more(after.objects, before.objects),
    },
    {
      name: 'the heap of a gateway returns to where it was',
      problems: grown > HEAP_MARGIN_BYTES ? [`it has grown by ${grown} bytes`] : [],
    },
  ];
}

type Counts = Readonly<Record<string, number>>;

function more(after: Counts, before: Counts): string[] {
  return Object.entries(after)
    .filter(([kind, count]) => count > (before[kind] ?? 0))
    .map(([kind, count]) => `${kind}: ${count}, and not ${before[kind] ?? 0}`);
}
