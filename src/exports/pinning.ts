export type { PinAction, ToolPinningOptions } from '../pinning/options.ts';
export type { PinStore, PinStoreValue } from '../pinning/pin-store.ts';
export { type ToolPinning, toolPinning } from '../pinning/tool-pinning.ts';
