/** Loaded before a module that `start.ts` starts: ends its process when `start.ts` ends. */
process.on('disconnect', () => process.exit());
// This listener alone does not keep the process alive.
process.channel?.unref();
