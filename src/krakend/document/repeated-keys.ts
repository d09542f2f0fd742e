/** An escape, an end of a text, or one of the signs that make objects and lists. */
const TOKEN = /\\.|["{}[\],]/g;

/**
 * Keys that stand twice in one object: `JSON.parse` takes the last one without a word, and so does KrakenD.
 *
 * @param json - Valid JSON.
 */
export function repeatedKeys(json: string): string[] {
  const repeated = new Set<string>();
  /** The keys of the objects that are open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let isKeyNext = false;
  /** Where the text begins that is open. */
  let start: number | undefined;
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    if (token === '"') {
      if (start === undefined) {
        start = index;
        continue;
      }
      if (isKeyNext) {
        const key: string = JSON.parse(json.slice(start, index + 1));
        const keys = open.at(-1);
        if (keys?.has(key)) repeated.add(key);
        keys?.add(key);
        isKeyNext = false;
      }
      start = undefined;
    } else if (start === undefined) {
      if (token === '{' || token === '[') open.push(token === '{' ? new Set() : undefined);
      else if (token !== ',') open.pop();
      isKeyNext = (token === '{' || token === ',') && open.at(-1) !== undefined;
    }
  }
  return [...repeated];
}
