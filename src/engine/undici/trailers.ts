/** Fields that llhttp takes for those of a head wherever they stand. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Whether undici's parser may read no more of a connection, or read it otherwise, behind these trailers. */
export function endsConnection(trailers: readonly Uint8Array[] | undefined): boolean {
  if (trailers === undefined || trailers.length === 0) return false;
  const names = trailers.filter((_, i) => i % 2 === 0);
  return names.some((name) =>
    OF_CONNECTION.has(Buffer.from(name).toString('latin1').toLowerCase()),
  );
}
