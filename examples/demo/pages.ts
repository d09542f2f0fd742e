import assert from 'node:assert/strict';
import { connect } from './connect.ts';

/** Web pages, for which the browser sends `Origin`: the page of this origin is served, any other is refused. */
export async function runPages(url: URL, origin: string): Promise<void> {
  const page = await connect(url, { Origin: origin });
  await page.listTools();
  await page.close();

  await assert.rejects(connect(url, { Origin: 'https://attacker.example' }), /HTTP 403/);
}
