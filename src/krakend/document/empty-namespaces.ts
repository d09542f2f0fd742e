import { isComment } from '../fields/object.ts';
import type { Notes } from '../notes.ts';

/** Namespaces that protect something, or change messages. */
const MATTERS = /^(?:auth|modifier|plugin|qos|security|server|validation)\/|^(?:proxy|router)$/;

/** Warns of namespaces of an `extra_config` that are empty: their author expects an effect. */
export function warnOfEmpty(notes: Notes, holder: unknown): void {
  const { extra_config: extra } = Object(holder) as { readonly extra_config?: unknown };
  if (typeof extra !== 'object' || extra === null || Array.isArray(extra)) return;
  for (const [name, value] of Object.entries(extra)) {
    if (!MATTERS.test(name) || typeof value !== 'object' || value === null) continue;
    if (Object.keys(value).every(isComment)) {
      notes.at('extra_config').at(name).warn('nothing stands in it, so it does nothing');
    }
  }
}
