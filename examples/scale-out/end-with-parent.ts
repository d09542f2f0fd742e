/** Loaded in front of a module that was started by `start.ts`: it does not outlive it. */
process.on('disconnect', () => process.exit());
// Waiting for that alone keeps no process alive.
process.channel?.unref();
