/** Something that KrakenD does and this package does not, or the other way round. */
export interface Difference {
  readonly document: string;
  /** Empty for the start of a document. */
  readonly step: string;
  /** `start`, `status`, `upstream requests`, `upstream path`, `upstream header NAME`, `answer header NAME` … */
  readonly what: string;
  readonly krakend: string;
  readonly here: string;
}
