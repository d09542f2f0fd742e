/** An escape, a quote, or one of the signs that make objects and lists. */
const TOKEN = /\\.|["{}[\],]/g;

/** An object or a list that is open, and where in it the next value stands. */
interface Open {
  /** The keys of an object so far; undefined for a list. */
  readonly keys: Set<string> | undefined;
  at: string | number;
}

/**
 * Keys that stand twice in one object, each with the path to it: `JSON.parse` silently takes the last one,
 * and so does KrakenD.
 *
 * @param json - Valid JSON.
 */
export function repeatedKeys(json: string): (string | number)[][] {
  const repeated: (string | number)[][] = [];
  const open: Open[] = [];
  let isKeyNext = false;
  /** Where the open text begins. */
  let start: number | undefined;
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    const last = open.at(-1);
    if (token === '"') {
      if (start === undefined) {
        start = index;
        continue;
      }
      if (isKeyNext && last?.keys !== undefined) {
        const key: string = JSON.parse(json.slice(start, index + 1));
        last.at = key;
        if (last.keys.has(key)) repeated.push(open.map(({ at }) => at));
        last.keys.add(key);
        isKeyNext = false;
      }
      start = undefined;
    } else if (start === undefined) {
      if (token === ',') {
        if (typeof last?.at === 'number') last.at += 1;
      } else if (token === '{') open.push({ keys: new Set(), at: '' });
      else if (token === '[') open.push({ keys: undefined, at: 0 });
      else open.pop();
      isKeyNext = (token === '{' || token === ',') && open.at(-1)?.keys !== undefined;
    }
  }
  return repeated;
}
