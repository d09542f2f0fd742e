/** A document with one path, and an endpoint object for each method. Without a host, the root has to have one. */
export function documentFor(
  host?: string,
  methods: readonly string[] = ['POST', 'GET', 'DELETE'],
): object {
  return {
    version: 3,
    endpoints: methods.map((method) => ({
      endpoint: '/mcp',
      method,
      output_encoding: 'no-op',
      backend: [{ ...(host !== undefined && { host: [host] }), url_pattern: '/mcp' }],
    })),
  };
}
