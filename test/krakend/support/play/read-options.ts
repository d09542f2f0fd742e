import { MemoryStore } from 'express-rate-limit';
import type { KrakendReadOptions } from '../../../../src/exports/krakend.ts';
import type { DocumentOptions } from './expectations.ts';

/** The options of a document, with a store of its own for each name. */
export function readOptions({ stores = [], ...others }: DocumentOptions = {}): KrakendReadOptions {
  return {
    ...others,
    stores: Object.fromEntries(stores.map((name) => [name, new MemoryStore()])),
  };
}
