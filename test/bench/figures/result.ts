/** The middle half of what the rounds gave, and its middle. */
export interface Figure {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

/** A column of a section. */
export interface Metric {
  readonly key: string;
  readonly heading: string;
  readonly digits: number;
  /** Whether quartiles are shown beside the median. */
  readonly quartiles?: boolean;
  /** Whether two runs are compared by it: which is better, less or more of it. */
  readonly compared?: 'less' | 'more';
}

/** What one row gave, by the keys of the metrics. */
export interface RowResult {
  readonly name: string;
  readonly figures: Readonly<Record<string, Figure>>;
  /** Why there is nothing, or less than there should be. */
  readonly note?: string;
}

/** A ratio that somebody wants to stay below a number. */
export interface TargetResult {
  readonly name: string;
  readonly figure: Figure;
  readonly atMost: number;
}

export interface SectionResult {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly metrics: readonly Metric[];
  readonly rows: readonly RowResult[];
  readonly targets: readonly TargetResult[];
}

/** All of a run. */
export interface Result {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly kernel: string;
    readonly memoryGb: number;
    /** Whether the proxy had a core for itself. */
    readonly pinned: boolean;
    /** Processes that wanted to run in the minute before, of others as well. */
    readonly loadBefore: number;
    /** How long the same work took again and again: quartiles by the median. */
    readonly unrest: Figure;
  };
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Of the programs that are no part of this repository. */
  readonly configurations: Readonly<Record<string, string>>;
  readonly sections: readonly SectionResult[];
}
