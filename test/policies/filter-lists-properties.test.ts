import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { editsOfEvent, readEvent } from '../../src/mcp/events/data.ts';
import { EventSplitter } from '../../src/mcp/events/splitter.ts';
import { applyEdits } from '../../src/mcp/json/text-edit.ts';
import { cuts, findLists } from '../../src/mcp/lists/listed-items.ts';

const blank = fc.constantFrom('', '', ' ', '\t', '\n', ' \r\n ');

interface Item {
  readonly name: string;
  readonly keep: boolean;
}

const items = fc.array(fc.record({ name: fc.string({ unit: 'grapheme' }), keep: fc.boolean() }), {
  maxLength: 8,
});

/** A list in some spacing. */
const written = fc
  .tuple(items, fc.array(blank, { minLength: 40, maxLength: 40 }))
  .map(([list, blanks]) => {
    let i = 0;
    const gap = () => blanks[i++ % blanks.length] ?? '';
    const item = ({ name }: Item) =>
      `{${gap()}"a":[{"name":"x"}],${gap()}"name"${gap()}:${gap()}${JSON.stringify(name)}${gap()}}`;
    const inner = list.map((one) => gap() + item(one) + gap()).join();
    const text = `${gap()}{"result":${gap()}{"b":1.0,"tools":${gap()}[${gap()}${inner}]${gap()},"c":"\\u00e4"}}`;
    return { list, text };
  });

const EXPECTED = new Set(['tools/list']);

test('filterLists: what is left is the list without what is cut, and no byte else is lost', () => {
  fc.assert(
    fc.property(written, ({ list, text }) => {
      const [found] = findLists(text, EXPECTED).lists;
      expect(found?.items.map(({ name }) => name)).toEqual(list.map(({ name }) => name));
      const edits = cuts(
        found?.items ?? [],
        list.map(({ keep }) => keep),
      );
      const edited = applyEdits(text, edits);
      const whole = JSON.parse(text);
      whole.result.tools = whole.result.tools.filter((_: unknown, i: number) => list[i]?.keep);
      expect(JSON.parse(edited)).toEqual(whole);
      // What goes is items, commas and the blanks between them.
      const gone = edits.map(({ start, end }) => text.slice(start, end)).join('');
      expect(edited.length + gone.length).toBe(text.length);
      const brackets = gone.replace(/"(?:[^"\\]|\\.)*"/g, '');
      expect(brackets.split('{').length).toBe(brackets.split('}').length);
    }),
  );
});

test('filterLists: an event in any lines is cut as its data is', () => {
  const ends = fc.constantFrom('\n', '\r\n', '\r');
  fc.assert(
    fc.property(written, ends, fc.constantFrom('data:', 'data: '), ({ list, text }, end, field) => {
      // A break in the data is a line of its own.
      const lines = text.split(/\r\n|\n|\r/);
      const source = ['id: 1', ...lines.flatMap((line) => [field + line, ': c']), '', ''].join(end);
      const event = readEvent(source, false);
      const [found] = findLists(event.data, EXPECTED).lists;
      const keeps = list.map(({ keep }) => keep);
      const edits = editsOfEvent(event, cuts(found?.items ?? [], keeps));
      const edited = applyEdits(source, edits);
      const names = JSON.parse(readEvent(edited, false).data).result.tools.map(
        ({ name }: Item) => name,
      );
      expect(names).toEqual(list.filter(({ keep }) => keep).map(({ name }) => name));
      expect(edited.split(end).length).toBe(source.split(end).length);
    }),
  );
});

test('filterLists: events are the same, however the stream is cut into chunks', () => {
  const piece = fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    'data: x',
    ':',
    'a',
    '\n\n',
    '\r\n\r\n',
    '\u00e4',
  );
  const stream = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join('')));
  const dispatched = (text: string) =>
    // RFC-like reference: lines, and a blank one ends an event.
    text
      .split(/\r\n|\n|\r/)
      .join('\n')
      .split(/(?<=(?:^|\n)\n)/);
  fc.assert(
    fc.property(stream, fc.array(fc.nat(6), { minLength: 1 }), (bytes, sizes) => {
      const splitter = new EventSplitter(1_000);
      const events: string[] = [];
      let at = 0;
      for (let i = 0; at < bytes.length; i++) {
        const size = (sizes[i % sizes.length] ?? 0) + 1;
        events.push(...splitter.push(bytes.subarray(at, at + size)).map(String));
        at += size;
      }
      events.push(splitter.rest().toString());
      expect(events.join('')).toBe(bytes.toString());
      // A LF that came after its CR had ended an event says nothing.
      const read = events
        .filter((event, i) => event !== '\n' || !events[i - 1]?.endsWith('\r'))
        .map((event) => event.replace(/\r\n|\r/g, '\n'));
      const expected = dispatched(bytes.toString());
      expect(read.filter((event) => event !== '')).toEqual(
        expected.filter((event) => event !== ''),
      );
    }),
  );
});
