import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** The labels that each metric has, by its name: of a histogram, `_bucket`, `_sum` and `_count` apart. */
export type Exported = ReadonlyMap<string, ReadonlySet<string>>;

const GROUP_LABELS = ['LabelName', 'QuotedLabelName'];

/** What an expression refers to that is not exported, or is wrong in it; nothing where all is well. */
export function problemsOf(expression: string, exported: Exported): string[] {
  const textOf = ({ from, to }: SyntaxNode) => expression.slice(from, to);
  const root = parser.parse(expression).topNode;
  const mistakes = find(root, (node) => node.type.isError);
  if (mistakes.length > 0) return mistakes.map(({ from }) => `syntax error at ${from}`);

  const selectors = find(root, named('VectorSelector'));
  const metricOf = (selector: SyntaxNode) => {
    const name = selector.getChild('Identifier');
    return name === null ? '' : textOf(name);
  };
  const unknown = selectors
    .map(metricOf)
    .filter((metric) => !exported.has(metric))
    .map((metric) => `no metric '${metric}'`);

  const matched = selectors.flatMap((selector) =>
    find(selector, named('LabelName'))
      .map(textOf)
      .filter((label) => exported.get(metricOf(selector))?.has(label) === false)
      .map((label) => `${metricOf(selector)} has no label '${label}'`),
  );

  // By what is below it: labels of what is compared are those that both sides have.
  const grouped = find(root, named('GroupingLabels')).flatMap((labels) => {
    const owner = ownerOf(labels);
    const metrics = find(owner, named('VectorSelector')).map(metricOf);
    return find(labels, named(...GROUP_LABELS))
      .map(textOf)
      .flatMap((label) =>
        metrics
          .filter((metric) => exported.get(metric)?.has(label) === false)
          .map((metric) => `${metric} has no label '${label}' to group by`),
      );
  });
  return [...unknown, ...matched, ...grouped];
}

/** The name and the labels of a line of what Prometheus scrapes, or of any selector. */
export function selectorIn(text: string): { metric: string; labels: string[] } {
  const [selector] = find(parser.parse(text).topNode, named('VectorSelector'));
  if (selector === undefined) throw new Error(`No series: ${text}`);
  const textOf = ({ from, to }: SyntaxNode) => text.slice(from, to);
  const name = selector.getChild('Identifier');
  return {
    metric: name === null ? '' : textOf(name),
    labels: find(selector, named('LabelName')).map(textOf),
  };
}

/** The labels that the series of an expression may still have, or undefined where it is not grouped. */
export function labelsOfResult(expression: string): Set<string> | undefined {
  const root = parser.parse(expression).topNode;
  const groups = find(root, named('AggregateModifier'));
  const all = groups.flatMap((group) =>
    find(group, named(...GROUP_LABELS)).map(({ from, to }) => expression.slice(from, to)),
  );
  return groups.length === 0 ? undefined : new Set(all);
}

/** The expression that labels belong to: the aggregation, or the comparison of two. */
function ownerOf(labels: SyntaxNode): SyntaxNode {
  let node: SyntaxNode = labels;
  while (node.parent !== null && !/^(Aggregate|Binary)Expr$/.test(node.name)) node = node.parent;
  return node;
}

function named(...names: readonly string[]): (node: SyntaxNode) => boolean {
  return ({ name }) => names.includes(name);
}

/** In the order of the text. */
function find(root: SyntaxNode, isIt: (node: SyntaxNode) => boolean): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  root.cursor().iterate(({ node }) => {
    if (isIt(node)) found.push(node);
  });
  return found;
}
