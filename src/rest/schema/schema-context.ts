/** What a schema of an OpenAPI document is translated for, and where its references lead. */
export interface SchemaContext {
  /** Requests have no `readOnly` properties, responses no `writeOnly` ones. */
  readonly direction: 'request' | 'response';
  /** The version of OpenAPI that the document is of. */
  readonly version: '3.0' | '3.1';
  /** What a reference such as `#/components/schemas/Pet` leads to; `undefined` where it leads nowhere. */
  resolve(ref: string): unknown;
}
