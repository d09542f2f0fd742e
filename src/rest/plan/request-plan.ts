/**
 * How the arguments of a tool become an HTTP request. It is worked out once from the document, or from what was
 * written by hand, and kept: which argument goes where is never guessed from names when a call comes.
 */
export interface RequestPlan {
  /** In capitals. */
  readonly method: string;
  /** Texts as they are sent, and values in between. */
  readonly path: readonly (string | PathValue)[];
  readonly query: readonly QueryValue[];
  readonly headers: readonly HeaderValue[];
  readonly body: BodyPlan | undefined;
}

/** A parameter of the API, and the argument that it is made of. */
interface Value {
  /** Its name in the API. */
  readonly name: string;
  /** The name of the argument. */
  readonly argument: string;
  readonly isRequired: boolean;
  /** Whether the value is written as JSON, and not in a style of OpenAPI. */
  readonly isJson: boolean;
  readonly explode: boolean;
}

/** A part of the path. */
export interface PathValue extends Value {
  readonly style: 'simple' | 'label' | 'matrix';
}

/** A parameter of the query. */
export interface QueryValue extends Value {
  readonly style: 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject';
  /** Whether delimiters that cannot end a parameter stay as they are. */
  readonly allowReserved: boolean;
  /**
   * The names that its members may have in the query, where each member is a parameter of its own. Empty:
   * members are written as `a[b]=1`.
   */
  readonly members: ReadonlySet<string>;
}

/** A header. */
export type HeaderValue = Value;

/** The body. */
export interface BodyPlan {
  readonly mediaType: string;
  readonly encoding: 'json' | 'form' | 'multipart' | 'base64' | 'text';
  readonly isRequired: boolean;
  readonly source: BodySource;
}

/** What a body is made of: one argument, some, or all that are in neither path nor query. */
export type BodySource =
  | { readonly kind: 'whole'; readonly argument: string }
  | { readonly kind: 'members'; readonly members: readonly BodyMember[] }
  | { readonly kind: 'others'; readonly except: ReadonlySet<string> };

/** A member of a body that is an object, or a part of a form. */
export interface BodyMember {
  readonly name: string;
  readonly argument: string;
  /** How it is written in a form. */
  readonly form: FormStyle;
  /** The media type of a part, where it is not the usual one of its kind. */
  readonly mediaType: string | undefined;
}

/** `deep`: `a[b]=1`. `json`: objects as JSON, items of lists one by one. `base64`: a file. */
export type FormStyle = 'json' | 'deep' | 'base64';
