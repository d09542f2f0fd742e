/**
 * The URLs of the metadata that the apps of this process serve besides their gateways, without a slash
 * at the end, so that no gateway warns that it is missing.
 */
export const servedMetadata: Set<string> = new Set();
