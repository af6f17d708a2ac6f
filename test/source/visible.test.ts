import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { visible, visibleLine } from '../../src/source/visible.ts'

/** What is known to fool a terminal, a log or a reader → what llmflows prints instead. */
const attacks: readonly (readonly [what: string, payload: string, shown: string])[] = [
  ['colour', '\x1b[31mred\x1b[0m', '␛[31mred␛[0m'],
  ['clearing the screen', '\x1b[2J\x1b[H', '␛[2J␛[H'],
  ['clearing the scrollback', '\x1b[3J', '␛[3J'],
  ['moving up to overwrite a line', 'ok\x1b[1A\x1b[2Kfine', 'ok␛[1A␛[2Kfine'],
  ['hidden text', '\x1b[8msecret\x1b[28m', '␛[8msecret␛[28m'],
  ['the alternate screen', '\x1b[?1049h', '␛[?1049h'],
  ['bracketed paste off', '\x1b[?2004l', '␛[?2004l'],
  ['asking for the cursor position', '\x1b[6n', '␛[6n'],
  ['asking for the terminal type', '\x1b[c', '␛[c'],
  ['a control sequence with intermediates', '\x1b[0 q', '␛[0 q'],
  ['a reset of the terminal', '\x1bc', '␛c'],
  ['a lone escape', 'a\x1b', 'a␛'],
  ['the window title', '\x1b]0;title\x07', '␛]0;title␇'],
  ['reporting the window title', '\x1b[21t', '␛[21t'],
  [
    'a link',
    '\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\',
    '␛]8;;https://evil.example␛\\click␛]8;;␛\\',
  ],
  ['the clipboard', '\x1b]52;c;cm0gLXJm\x07', '␛]52;c;cm0gLXJm␇'],
  ['a notification', '\x1b]9;done\x07', '␛]9;done␇'],
  ['a palette change', '\x1b]4;1;rgb:00/00/00\x1b\\', '␛]4;1;rgb:00/00/00␛\\'],
  ['an operating system command without end', '\x1b]0;swallow', '␛]0;swallow'],
  ['an operating system command over two lines', '\x1b]0;a\nb\x07', '␛]0;a\nb␇'],
  ['a device control string', '\x1bP+q544e\x1b\\', '␛P+q544e␛\\'],
  ['an application command', '\x1b_Gf=100;AAAA\x1b\\', '␛_Gf=100;AAAA␛\\'],
  ['a privacy message', '\x1b^x\x1b\\', '␛^x␛\\'],
  ['a start of string', '\x1bXx\x1b\\', '␛Xx␛\\'],
  ['an inline image', '\x1b]1337;File=inline=1:AAAA\x07', '␛]1337;File=inline=1:AAAA␇'],
  ['an 8-bit control sequence', '\x9b31m', '<U+009B>31m'],
  ['an 8-bit operating system command', '\x9d0;t\x9c', '<U+009D>0;t<U+009C>'],
  ['an 8-bit device control string', '\x90q\x9c', '<U+0090>q<U+009C>'],
  ['another character set', '\x0e\x0f', '␎␏'],
  ['the bell', '\x07\x07', '␇␇'],
  ['backspaces over what was said', 'rm -rf\b\b\b\b\b\bls', 'rm -rf␈␈␈␈␈␈ls'],
  ['a return to the start of the line', 'failed\rpassed', 'failed␍passed'],
  ['a vertical tab and a form feed', '\v\f', '␋␌'],
  ['a null', 'a\0b', 'a␀b'],
  ['a delete', 'a\x7f', 'a␡'],
  ['a next line', 'a\x85b', 'a<U+0085>b'],
  ['line and paragraph separators', 'a\u2028b\u2029c', 'a<U+2028>b<U+2029>c'],
  ['an override of the direction', 'gpj.\u202eexe', 'gpj.<U+202E>exe'],
  ['isolates of direction', '\u2066a\u2069', '<U+2066>a<U+2069>'],
  ['marks of direction', '\u200e\u200f\u061c', '<U+200E><U+200F><U+061C>'],
  ['zero-width letters', 'pay\u200bpal\u200c\u200d\u2060', 'pay<U+200B>pal<U+200C><U+200D><U+2060>'],
  ['a byte order mark', '\ufeffa', '<U+FEFF>a'],
  ['a soft hyphen', 'pass\u00adword', 'pass<U+00AD>word'],
  ['a message in tag characters', 'hi\u{e0069}\u{e0067}', 'hi<U+E0069><U+E0067>'],
  ['a message in variation selectors', 'hi\u{e0100}\u{e01ef}', 'hi<U+E0100><U+E01EF>'],
  ['annotations between the lines', '\ufff9a\ufffab\ufffb', '<U+FFF9>a<U+FFFA>b<U+FFFB>'],
  ['a filler that looks like a space', 'a\u3164b', 'a<U+3164>b'],
  ['half a character', 'a\ud83d', 'a<U+D83D>'],
  ['the other half', '\ude00a', '<U+DE00>a'],
]

describe('text from outside', () => {
  test.each(attacks)('shows %s instead of obeying it', (_, payload, shown) => {
    expect(visible(payload)).toBe(shown)
  })

  test('keeps what people write', () => {
    for (const text of [
      '',
      'plain',
      'two\nlines\tand a tab',
      'Grüße, 日本語, עברית',
      '🎬 ❤️ 👍🏽',
      'e\u0301',
    ]) {
      expect(visible(text)).toBe(text)
    }
  })

  test('has newlines where Windows has CR LF', () => {
    expect(visible('a\r\nb\r\r\nc\r')).toBe('a\nb␍\nc␍')
  })

  test('takes one line where there is room for one', () => {
    expect(visibleLine('a\nb\tc\r\nd\x1b')).toBe('a␊b␉c␊d␛')
  })

  const harmful = fc.constantFrom(
    ...[
      '\x00',
      '\x07',
      '\x1b',
      '\r',
      '\n',
      '\r\n',
      '\t',
      '\x7f',
      '\x85',
      '\x9b',
      '\u200b',
      '\u202e',
      '\u2028',
    ],
    ...['\ufeff', '\ufe0f', '\ud800', '\udc00', '\u{e0041}', '\u{e0100}'],
  )
  const anyText = fc
    .array(fc.oneof(harmful, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), {
      maxLength: 30,
    })
    .map((pieces) => pieces.join(''))

  test('is harmless whatever it was, and the same when made visible twice', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = visible(text)
        expect(shown).not.toMatch(
          /[\x00-\x08\x0b-\x1f\x7f-\x9f]|\p{Cs}|[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e0fff}]/u,
        )
        expect(visible(shown)).toBe(shown)
        expect(shown.split('\n')).toHaveLength(text.split('\n').length)
      }),
      { numRuns: 2000 },
    )
  })
})
