/** Fields that llhttp reads as fields of a head even where they are trailers. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Whether undici's parser may stop reading the connection, or may misread it, after these trailers. */
export function endsConnection(trailers: readonly Uint8Array[] | undefined): boolean {
  if (trailers === undefined || trailers.length === 0) return false;
  const names = trailers.filter((_, i) => i % 2 === 0);
  return names.some((name) =>
    OF_CONNECTION.has(Buffer.from(name).toString('latin1').toLowerCase()),
  );
}
