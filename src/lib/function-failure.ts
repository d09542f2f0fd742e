/**
 * The failure of a function of the app: what it threw, or that it returned what it must not return, and in
 * which option it stands.
 */
export class FunctionFailure {
  /** The path of the option: `policies[1]`. */
  readonly option: string;
  readonly cause: unknown;
  /** What the function itself threw or returned, where the cause is an error around it. */
  readonly thrown: unknown;

  constructor(option: string, cause: unknown, thrown: unknown = cause) {
    this.option = option;
    this.cause = cause;
    this.thrown = thrown;
  }
}

/** The cause of a failure, whether a function of the app has failed or not. */
export function causeOf(failure: unknown): unknown {
  return failure instanceof FunctionFailure ? failure.cause : failure;
}

/** Calls a function of the app; what it throws is thrown as a {@link FunctionFailure}. */
export function callOwn<T>(option: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new FunctionFailure(option, cause);
  }
}
