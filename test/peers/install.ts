/** Installs the clients in other languages that are not there yet. */
import { LANGUAGES } from './support/language-installs.ts';

for (const { name, isThere, install } of LANGUAGES) {
  if (isThere()) continue;
  process.stdout.write(`Installing: ${name}\n`);
  try {
    install();
  } catch (error) {
    // Their tests are skipped, but not where all have to run.
    if (process.env.CI) throw error;
    process.stderr.write(`Not installed: ${name} (${(error as Error).message})\n`);
  }
}
