import { type InputRequest, inputRequired } from '@modelcontextprotocol/server';

type JsonSchema = Parameters<typeof inputRequired.elicit>[0]['requestedSchema'];

/** Asks the user for an object with these properties. */
export function askUser(message: string, properties: object, required?: string[]): InputRequest {
  const requestedSchema = { type: 'object', properties, ...(required && { required }) };
  return inputRequired.elicit({ message, requestedSchema: requestedSchema as JsonSchema });
}

/** Asks the user for one text. */
export function askUserFor(name: string, message: string): InputRequest {
  return askUser(message, { [name]: { type: 'string' } }, [name]);
}

/** Asks the model. */
export function askModel(prompt: string, maxTokens = 100): InputRequest {
  const content = { type: 'text', text: prompt } as const;
  return inputRequired.createMessage({ messages: [{ role: 'user', content }], maxTokens });
}
