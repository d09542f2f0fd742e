/** What a client answers when a server asks its model. */
export const MODEL_ANSWER = {
  model: 'test',
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'The model said this.' },
};

/** What a client answers to everything that a server must know of its user. */
export const USER_ANSWER = 'The user said this.';

export function userAnswer(question: object): {
  action: 'accept';
  content: Record<string, string>;
} {
  const { requestedSchema } = question as { requestedSchema?: { required?: readonly string[] } };
  const names = requestedSchema?.required ?? [];
  return {
    action: 'accept',
    content: Object.fromEntries(names.map((name) => [name, USER_ANSWER])),
  };
}
