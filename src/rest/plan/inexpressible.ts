/** Why an operation cannot be a tool. The message ends a sentence that begins with its name. */
export class Inexpressible extends Error {
  override readonly name = 'Inexpressible';
}
