/** Where the time of one request goes, in milliseconds from its arrival. */
export class Times {
  readonly #start = performance.now();
  #sentAt: number | undefined;
  #answeredAt: number | undefined;
  headMs: number | undefined;
  firstEventMs: number | undefined;

  /** To the microsecond, which is more than a log needs. */
  elapsed(): number {
    return rounded(performance.now() - this.#start);
  }

  /** The request goes upstream. If it goes on to another target, the time of the first one counts. */
  sent(): void {
    this.#sentAt ??= performance.now();
  }

  /** The upstream's answer has begun, or it has failed. */
  answered(): void {
    if (this.#sentAt !== undefined) this.#answeredAt ??= performance.now();
  }

  /** The head of the client's answer is written. */
  headWritten(): number {
    this.answered();
    this.headMs = this.elapsed();
    return this.headMs;
  }

  /** How long the request took in all, and the parts of upstream and gateway until the answer began. */
  end(): { totalMs: number; upstreamMs: number | undefined; gatewayMs: number } {
    this.answered();
    const totalMs = this.elapsed();
    const upstreamMs = this.#upstreamMs;
    const gatewayMs = rounded((this.headMs ?? totalMs) - (upstreamMs ?? 0));
    return { totalMs, upstreamMs, gatewayMs };
  }

  get #upstreamMs(): number | undefined {
    if (this.#sentAt === undefined || this.#answeredAt === undefined) return undefined;
    return rounded(this.#answeredAt - this.#sentAt);
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
