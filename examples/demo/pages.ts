import assert from 'node:assert/strict';
import { connect } from './connect.ts';

/** What web pages do, whose browser says where they are from: one is served, any other is not. */
export async function runPages(url: URL, origin: string): Promise<void> {
  const page = await connect(url, { Origin: origin });
  await page.listTools();
  await page.close();

  await assert.rejects(connect(url, { Origin: 'https://attacker.example' }), /HTTP 403/);
}
