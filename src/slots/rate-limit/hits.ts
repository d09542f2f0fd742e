/** What has been counted under a key, and until when. */
export interface Hits {
  readonly totalHits: number;
  readonly resetTime: Date | undefined;
}
