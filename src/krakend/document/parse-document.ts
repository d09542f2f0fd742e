import { isComment } from '../fields/object.ts';
import type { Notes } from '../notes.ts';
import { isTooDeep } from './depth.ts';
import { repeatedKeys } from './repeated-keys.ts';
import { RENDER_IT } from './unrendered.ts';

/** A document as an object; undefined, with a note, where it is none. */
export function parseDocument(notes: Notes, document: unknown): object | undefined {
  const value = typeof document === 'string' ? parseText(notes, document) : document;
  if (value === undefined && typeof document === 'string') return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    notes.refuse('give the document as an object, or as a text of JSON');
    return undefined;
  }
  if (isTooDeep(value)) {
    notes.refuse(
      'lists and objects are nested in one another more than 100 times, or hold themselves',
    );
    return undefined;
  }
  return value;
}

function parseText(notes: Notes, text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    for (const steps of repeatedKeys(text)) {
      if (steps.some((step) => isComment(String(step)))) continue;
      const place = steps.reduce((own, step) => own.at(step), notes);
      place.refuse(`the key ${steps.at(-1)} stands twice in one object: KrakenD takes the last`);
    }
    return value;
  } catch {
    notes.refuse(whyNoJson(text));
    return undefined;
  }
}

function whyNoJson(text: string): string {
  if (text.includes('{{')) {
    return `this is a template of the flexible configuration: ${RENDER_IT}`;
  }
  if (text.startsWith('\uFEFF')) return 'the text begins with a byte order mark; save it without';
  if (/^\s*(?:version|endpoints|\$schema)\s*[:=]/m.test(text)) {
    return 'this is YAML or TOML; convert it to JSON first, with yq for instance';
  }
  return 'this is no JSON: there are no comments and no trailing commas in it';
}
