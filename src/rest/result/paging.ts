/** Names that APIs give to arguments which ask for a part of something. */
const PAGING =
  /^(?:\$?(?:limit|top|skip|first|last|take|offset|cursor|page|count|size|fields?|select|filter|since|until)|(?:per_?|page_?|max_?)(?:page|size|results|items|count|token|number)|(?:starting_after|ending_before|range|start|end|from|to))$/i;

/** The arguments of a tool that look as if they make its result shorter. */
export function pagingArguments(names: readonly string[]): string[] {
  return names.filter((name) => PAGING.test(name.replaceAll('-', '_')));
}
