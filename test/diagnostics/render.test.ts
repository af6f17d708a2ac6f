import { describe, expect, test } from 'vitest'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { countLine, renderDiagnostics } from '../../src/diagnostics/render.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { SourceFile } from '../../src/source/source-file.ts'
import type { Span } from '../../src/source/span.ts'
import { width } from '../../src/source/width.ts'

function spanOf(file: SourceFile, text: string, length = text.length): Span {
  const start = file.text.indexOf(text)
  return { file, start, end: start + length }
}

function mistake(span: Span, more: Partial<Diagnostic> = {}): Diagnostic {
  return { code: 'unknown-template', severity: 'error', message: 'something is wrong', span, ...more }
}

function rendered(...diagnostics: readonly Diagnostic[]): string {
  return renderDiagnostics(diagnostics, { colour: plainPalette })
}

/** What stands beneath the header line. */
function frame(text: string, marked: string, length?: number): string {
  return rendered(mistake(spanOf(new SourceFile('a.yaml', text), marked, length)))
    .split('\n')
    .slice(1, -1)
    .join('\n')
}

describe('a diagnostic', () => {
  test('says what is wrong, exactly where, what belongs to it and what to do', () => {
    const text =
      'llmflows: 1\nname: review\n\ntemplates:\n  summary: |\n    Sum up\n  x: y\n  z: y\n\nsteps:\n  draft:\n    name: Draft\n\n    template: summry\n'
    const file = new SourceFile('flows/review.yaml', text)
    const diagnostic = mistake(spanOf(file, 'summry'), {
      message: 'step "draft" uses the template "summry", which is not declared',
      related: [{ message: 'similar name declared here', span: spanOf(file, 'summary') }],
      help: 'did you mean "summary"?',
    })
    expect(rendered(diagnostic)).toBe(
      [
        'flows/review.yaml:14:15 error[unknown-template]: step "draft" uses the template "summry", which is not declared',
        ' 14 |     template: summry',
        '    |               ^^^^^^',
        '  flows/review.yaml:5:3 similar name declared here',
        ' 5 |   summary: |',
        '   |   ^^^^^^^',
        '  help: did you mean "summary"?',
        '',
      ].join('\n'),
    )
  })

  test('comes in the order of files and places, whatever the order they were found in', () => {
    const a = new SourceFile('a.yaml', 'one\ntwo\n')
    const b = new SourceFile('b.yaml', 'one\n')
    const found = [
      mistake(spanOf(b, 'one'), { message: 'third' }),
      mistake(spanOf(a, 'two'), { message: 'second', severity: 'warning' }),
      mistake(spanOf(a, 'one'), { message: 'first' }),
      mistake(spanOf(b, 'one'), { message: 'fourth, found later' }),
    ]
    expect(rendered(...found)).toBe(
      [
        'a.yaml:1:1 error[unknown-template]: first',
        ' 1 | one',
        '   | ^^^',
        '',
        'a.yaml:2:1 warning[unknown-template]: second',
        ' 2 | two',
        '   | ^^^',
        '',
        'b.yaml:1:1 error[unknown-template]: third',
        ' 1 | one',
        '   | ^^^',
        '',
        'b.yaml:1:1 error[unknown-template]: fourth, found later',
        ' 1 | one',
        '   | ^^^',
        '',
      ].join('\n'),
    )
  })

  test('is never left out for a milder one', () => {
    const file = new SourceFile('a.yaml', 'x'.repeat(300))
    const at = (start: number, severity: Diagnostic['severity']): Diagnostic =>
      mistake({ file, start, end: start + 1 }, { severity, message: `${severity} at ${start}` })
    const notes = Array.from({ length: 150 }, (_, start) => at(start, 'note'))
    const text = rendered(...notes, at(200, 'error'), at(250, 'warning'))
    expect(text.match(/note at/g)).toHaveLength(98)
    expect(text).toContain('note at 97')
    expect(text.indexOf('note at 97')).toBeLessThan(text.indexOf('error at 200'))
    expect(text).toMatch(/warning at 250[^]*\na\.yaml: … and 52 more\n$/)
  })

  test('aligns help of several lines', () => {
    const file = new SourceFile('a.yaml', 'x')
    expect(
      rendered(mistake(spanOf(file, 'x'), { help: 'write one of\n  template: NAME\n\n  prompt: TEXT' })),
    ).toBe(
      [
        'a.yaml:1:1 error[unknown-template]: something is wrong',
        ' 1 | x',
        '   | ^',
        '  help: write one of',
        '          template: NAME',
        '',
        '          prompt: TEXT',
        '',
      ].join('\n'),
    )
  })

  test('cannot be forged or turned against the terminal by what a file says', () => {
    const file = new SourceFile('a\x1b[2J\nb.yaml', 'x: "\x1b[31m\u202e"')
    const diagnostic = mistake(spanOf(file, '"'), {
      message: 'unknown "a\nflow.yaml:1:1 error: forged"',
      help: 'a\x07\r\nb',
    })
    expect(rendered(diagnostic)).toBe(
      [
        'a␛[2J␊b.yaml:1:4 error[unknown-template]: unknown "a␊flow.yaml:1:1 error: forged"',
        ' 1 | x: "␛[31m<U+202E>"',
        '   |    ^',
        '  help: a␇',
        '        b',
        '',
      ].join('\n'),
    )
  })

  test('is coloured by its severity, and only where colours are wanted', () => {
    const tagged = (tag: string) => (text: string) => `<${tag}>${text}</${tag}>`
    const colour = Object.fromEntries(Object.keys(plainPalette).map((name) => [name, tagged(name)]))
    const file = new SourceFile('a.yaml', 'ab')
    const related = [{ message: 'here', span: spanOf(file, 'a') }]
    const diagnostic = mistake(spanOf(file, 'b'), { severity: 'warning', related, help: 'do' })
    expect(renderDiagnostics([diagnostic], { colour: { ...plainPalette, ...colour } })).toBe(
      [
        '<bold>a.yaml:1:2</bold> <warning>warning[unknown-template]</warning>: <bold>something is wrong</bold>',
        '<dim> 1 | </dim>ab',
        '<dim>   | </dim> <warning>^</warning>',
        '  <bold>a.yaml:1:1</bold> here',
        '<dim> 1 | </dim>ab',
        '<dim>   | </dim><note>^</note>',
        '  <help>help</help>: do',
        '',
      ].join('\n'),
    )
  })

  test('is nothing when there is none', () => {
    expect(rendered()).toBe('')
  })
})

describe('a code frame', () => {
  test('measures tabs and wide signs', () => {
    expect(frame('\tab\t日本: {x} e\u0301 y', '{x}')).toBe(
      [' 1 |     ab  日本: {x} e\u0301 y', '   |               ^^^'].join('\n'),
    )
    expect(frame('"日本🎬" x', '日本🎬')).toBe([' 1 | "日本🎬" x', '   |  ^^^^^^'].join('\n'))
    expect(frame('e\u0301e\u0301 y', 'y')).toBe([' 1 | e\u0301e\u0301 y', '   |    ^'].join('\n'))
  })

  test('has a caret even where there is nothing to underline', () => {
    expect(frame('a: 1\n\nb: 2', '\nb', 0)).toBe([' 2 |', '   | ^'].join('\n'))
    expect(frame('a: 1\n', '', 0)).toBe([' 1 | a: 1', '   | ^'].join('\n'))
    const file = new SourceFile('a.yaml', 'a: 1')
    expect(rendered(mistake({ file, start: 4, end: 4 }))).toContain(' 1 | a: 1\n   |     ^\n')
    const ended = new SourceFile('a.yaml', 'a: 1\n')
    expect(rendered(mistake({ file: ended, start: 5, end: 5 }))).toContain('a.yaml:2:1 ')
    expect(rendered(mistake({ file: ended, start: 5, end: 5 }))).toContain(' 2 |\n   | ^\n')
    expect(rendered(mistake({ file: new SourceFile('a.yaml', ''), start: 0, end: 0 }))).toContain(
      ' 1 |\n   | ^\n',
    )
  })

  test('underlines a span of several lines on its first', () => {
    expect(frame('key: one\n  two\n', 'one\n  two')).toBe([' 1 | key: one', '   |      ^^^'].join('\n'))
    expect(frame('key: one\r\n  two', 'one\r\n  two')).toBe([' 1 | key: one', '   |      ^^^'].join('\n'))
    expect(frame('key: |\n  two', '\n  two')).toBe([' 1 | key: |', '   |       ^'].join('\n'))
  })

  test('shows the part of a long line that matters', () => {
    const long = `start ${'abc '.repeat(60)}HERE ${'xyz '.repeat(60)}end`
    expect(frame(long, 'HERE')).toBe(
      [` 1 | … ${'abc '.repeat(14)}HERE ${'xyz '.repeat(14)}…`, `   | ${' '.repeat(58)}^^^^`].join('\n'),
    )
    expect(frame(long, 'start')).toBe([` 1 | start ${'abc '.repeat(28)}…`, '   | ^^^^^'].join('\n'))
    expect(frame(long, 'end')).toBe(
      [` 1 | …yz ${'xyz '.repeat(28)}end`, `   | ${' '.repeat(116)}^^^`].join('\n'),
    )
  })

  test('cuts a span that is itself too long', () => {
    const long = `key: ${'x'.repeat(100)} ${'y'.repeat(1000)} z`
    const [source = '', underline = ''] = frame(long, 'yy', 1000).split('\n')
    expect(source).toBe(` 1 | …${'x'.repeat(19)} ${'y'.repeat(98)}…`)
    expect(underline).toBe(`   | ${' '.repeat(21)}${'^'.repeat(98)}`)
  })

  test('of a line of a megabyte is no wider than of any other', () => {
    const file = new SourceFile('a.yaml', `${'日\t'.repeat(250_000)}HERE${'🎬'.repeat(250_000)}`)
    const [, source = '', underline = ''] = rendered(mistake(spanOf(file, 'HERE'))).split('\n')
    expect(source).toMatch(/^ 1 \| …日.*日 +HERE🎬+…$/u)
    expect(width(source)).toBeLessThanOrEqual(' 1 | '.length + 120)
    expect(underline).toMatch(/^ {3}\| +\^{4}$/)
  })
})

test('a count says how many of each severity', () => {
  const span = { file: new SourceFile('a.yaml', 'x'), start: 0, end: 1 }
  const counted = (...severities: readonly Diagnostic['severity'][]) =>
    countLine(severities.map((severity) => mistake(span, { severity })))
  expect(counted()).toBe('no errors')
  expect(counted('error')).toBe('1 error')
  expect(counted('warning', 'error', 'warning')).toBe('1 error, 2 warnings')
  expect(counted('note', 'note', 'error', 'error')).toBe('2 errors, 2 notes')
})
