/** A message of a client that presents a token, and is in no session. */
export function postWithToken(url: string, token: string, body: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
      'Mcp-Protocol-Version': '2025-11-25',
    },
    body,
  });
}
