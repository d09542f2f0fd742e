/** What is wrong with the arguments of a call. The message is for the model: it names no value. */
export class ArgumentProblem extends Error {
  override readonly name = 'ArgumentProblem';
}
