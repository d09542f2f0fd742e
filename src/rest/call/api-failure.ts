/** Why the API gave no answer. */
export type ApiFailureKind = 'unreachable' | 'lost' | 'unreadable' | 'timeout' | 'cancelled';

/** The message of each kind. It tells no address, and no code of Node. */
const TEXTS: Readonly<Record<ApiFailureKind, string>> = {
  unreachable: 'The API cannot be reached. Try again later.',
  lost: 'The API closed the connection before its answer had come. It is not known whether it has done what was asked.',
  unreadable:
    'The API sent its answer in an encoding that cannot be read. It has probably done what was asked.',
  timeout: 'The API did not answer in time. It is not known whether it has done what was asked.',
  cancelled: 'The call was cancelled.',
};

/** A request that got no answer. The message is for the model; the cause, for the operator. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly kind: ApiFailureKind;

  constructor(kind: ApiFailureKind, cause?: unknown) {
    super(TEXTS[kind], { cause });
    this.kind = kind;
  }
}
