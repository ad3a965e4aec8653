import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidInputError } from '../../../src/domain/errors.js';
import { encodeRecord, parseRecord, payloadBytes } from '../../../src/feeds/capture/format.js';
import { connectionName, redactUrl } from '../../../src/feeds/capture/redact.js';

const message = fc.record({
  epochMs: fc.option(fc.double({ min: 0, max: 2e12, noNaN: true }), { nil: null }),
  dir: fc.constantFrom('in' as const, 'out' as const),
  kind: fc.constantFrom('ws' as const, 'http' as const),
  conn: fc.string({ unit: 'grapheme' }),
  url: fc.option(fc.webUrl(), { nil: null }),
  binary: fc.boolean(),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'grapheme' }).map((text) => new Uint8Array(Buffer.from(text))),
  ),
});

// Goal: nothing is lost or changed between the wire and the file, whatever the bytes are.
test('a line gives back what was put into it, byte for byte', () => {
  fc.assert(
    fc.property(message, (captured) => {
      const line = encodeRecord(captured);
      expect(line.endsWith('\n')).toBe(true);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      const record = parseRecord(line, 'here');
      expect(new Uint8Array(payloadBytes(record))).toEqual(captured.payload);
      const { dir, kind, conn, url } = captured;
      expect(record).toMatchObject({ dir, kind, conn, url });
      expect(record.t).toBe(
        captured.epochMs === null || Object.is(captured.epochMs, -0) ? captured.epochMs && 0 : captured.epochMs,
      );
      if (captured.binary) expect(record.rawBase64).toBeDefined();
    }),
  );
});

test('text that begins with a byte order mark keeps it; bytes that are no UTF-8 become base64', () => {
  const encode = (payload: Uint8Array) =>
    parseRecord(encodeRecord({ epochMs: 1, dir: 'in', kind: 'ws', conn: 'c', url: null, binary: false, payload }), 'here');
  expect(encode(Buffer.from([0xef, 0xbb, 0xbf, 0x41])).raw).toBe('\ufeffA');
  expect(encode(Buffer.from([0xc3, 0x28])).rawBase64).toBe('wyg=');
});

test.each([
  ['not json', 'f line 7 is not JSON; expected a captured message on each line'],
  ['[1]', 'f line 7 is not a captured message;'],
  ['{"t":null,"dir":"in","kind":"ws","conn":"c","url":null}', 'expected either raw or rawBase64'],
  ['{"t":null,"dir":"in","kind":"ws","conn":"c","url":null,"raw":"a","rawBase64":""}', 'expected either raw or rawBase64'],
  ['{"t":"now","dir":"in","kind":"ws","conn":"c","url":null,"raw":"a"}', 'field t:'],
  ['{"t":1,"dir":"up","kind":"ws","conn":"c","url":null,"raw":"a"}', 'field dir:'],
  ['{"t":1,"dir":"in","kind":"ws","conn":"c","url":null,"rawBase64":"*"}', 'field rawBase64:'],
])('%s is refused in one sentence', (line, sentence) => {
  expect(() => parseRecord(line, 'f line 7')).toThrow(InvalidInputError);
  expect(() => parseRecord(line, 'f line 7')).toThrow(sentence);
});

test('secrets of a URL are taken out', () => {
  expect(redactUrl('https://v/x?symbol=A&listenKey=abc&signature=def#g')).toBe(
    'https://v/x?symbol=A&listenKey=redacted&signature=redacted#g',
  );
  expect(connectionName('wss://v/ws?listenKey=abc')).toBe('wss://v/ws');
});
