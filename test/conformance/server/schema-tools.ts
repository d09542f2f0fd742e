import { fromJsonSchema, type McpServer } from '@modelcontextprotocol/server';
import { text } from './text.ts';

/** Tools that test input schemas: keywords that have to stay, parameters that are mirrored in headers. */
export function addSchemaTools(server: McpServer): void {
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'Takes a person, in many keywords',
      inputSchema: fromJsonSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: {
          address: {
            $anchor: 'addressDef',
            type: 'object',
            properties: { street: { type: 'string' }, city: { type: 'string' } },
          },
        },
        properties: {
          name: { type: 'string' },
          address: { $ref: '#/$defs/address' },
          contactMethod: { type: 'string', enum: ['phone', 'email'] },
          phone: { type: 'string' },
          email: { type: 'string' },
        },
        allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
        if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
        then: { required: ['phone'] },
        else: { required: ['email'] },
        additionalProperties: false,
      }),
    },
    () => text('Taken'),
  );

  server.registerTool(
    'test_mirrored_parameters',
    {
      description: 'Takes parameters that clients mirror in headers',
      inputSchema: fromJsonSchema<{ region: string }>({
        type: 'object',
        properties: {
          region: mirrored('string', 'Region'),
          shard: mirrored('integer', 'Shard'),
        },
        required: ['region'],
      }),
    },
    ({ region }) => text(`Region: ${region}`),
  );
}

/** The type of a schema does not know this keyword of MCP. */
function mirrored(type: 'string' | 'integer', header: string) {
  return { type, 'x-mcp-header': header };
}
