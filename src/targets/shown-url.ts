const HIDDEN = '•••';

/**
 * The URL of a target as operators see it: each value in the query, which may be a key, is hidden. The names of
 * a template, such as `{tenant}`, are no values yet.
 */
export function shownUrl({ href, search }: URL): string {
  if (search === '') return href;
  const start = href.indexOf(search);
  const shown = search.slice(1).split('&').map(hideValue).join('&');
  return `${href.slice(0, start)}?${shown}${href.slice(start + search.length)}`;
}

function hideValue(part: string): string {
  const at = part.indexOf('=');
  // Without a name, all of it may be the key.
  if (at < 0) return HIDDEN;
  return /^(\{\w+\})*$/.test(part.slice(at + 1)) ? part : `${part.slice(0, at)}=${HIDDEN}`;
}
