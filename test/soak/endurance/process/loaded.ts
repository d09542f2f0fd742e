import { getHeapSpaceStatistics } from 'node:v8';
import type { Loaded } from '../verdict/holdings.ts';

export function loaded(): Loaded {
  let [youngBytes, oldBytes] = [0, 0];
  for (const { space_name: name, physical_space_size: bytes } of getHeapSpaceStatistics()) {
    if (name.startsWith('new_')) youngBytes += bytes;
    else oldBytes += bytes;
  }
  return { residentBytes: process.memoryUsage().rss, youngBytes, oldBytes };
}
