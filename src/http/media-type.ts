/** Whether a `Content-Type` names an event stream, whatever its parameters. */
export function isEventStream(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  const end = contentType.indexOf(';');
  const mediaType = end === -1 ? contentType : contentType.slice(0, end);
  return mediaType.trim().toLowerCase() === 'text/event-stream';
}
