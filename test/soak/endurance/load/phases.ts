import { abortedStreams } from './aborted-streams.ts';
import type { Phase } from './phase.ts';
import { refusedConnects } from './refused-connects.ts';
import { slowReaders } from './slow-readers.ts';
import { slowWriters } from './slow-writers.ts';
import { smallRequests } from './small-requests.ts';

export type PhaseName = 'requests' | 'aborts' | 'refused' | 'readers' | 'writers';

export const PHASES: Readonly<Record<PhaseName, Phase>> = {
  requests: smallRequests,
  aborts: abortedStreams,
  refused: refusedConnects,
  readers: slowReaders,
  writers: slowWriters,
};

export const PHASE_NAMES: readonly PhaseName[] = Object.keys(PHASES) as PhaseName[];
