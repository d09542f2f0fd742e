import type { GatewayConfig } from '../../config.ts';
import type { EndpointGroup } from '../endpoints/group-endpoints.ts';
import type { Notes } from '../notes.ts';
import type { KrakendReadOptions } from '../options.ts';
import type { RootValues } from '../table/root.ts';
import type { ServiceExtra } from '../table/service.ts';
import type { AmountMaker } from './limit-amount.ts';

/** What the options of one gateway are made of. */
export interface Source {
  /** The notes at the document. */
  readonly notes: Notes;
  readonly root: RootValues;
  readonly service: ServiceExtra;
  /** The notes at the `extra_config` of the document. */
  readonly serviceNotes: Notes;
  readonly group: EndpointGroup;
  readonly options: KrakendReadOptions;
  /** Whether this is the only gateway of the document. */
  readonly isAlone: boolean;
  /** Makes amounts that all gateways of the document count together. */
  readonly inCommon: AmountMaker;
}

/** Options that may be changed while they are made. */
export type Draft = { -readonly [K in keyof GatewayConfig]: GatewayConfig[K] };
