import { unknownSign } from './habits.ts'
import { Unreadable } from './unreadable.ts'

export type Token =
  | {
      readonly kind: 'name' | 'sign' | 'end'
      readonly text: string
      readonly start: number
      readonly end: number
    }
  | {
      readonly kind: 'value'
      readonly text: string
      readonly value: string | number | bigint
      readonly start: number
      readonly end: number
    }

const blanks = /(?:[ \t\r\n]|\/\/[^\n]*)*/y
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const quote = /[rR]?("""|'''|"|')/y
const number = /0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const sign = /&&|\|\||[=!<>]=(?!=)|[<>!+\-*/%().,:?[\]]/y

/** The words and signs of a CEL expression. Throws `Unreadable`. Takes time in proportion to the text. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  for (;;) {
    at += match(blanks)?.[0].length ?? 0
    if (at >= text.length) break
    const before = unknownSign(text, at)
    if (before !== undefined) throw new Unreadable(before)
    const opening = match(quote)
    const token: Token | undefined =
      opening === null
        ? (wordAt('name', match(name)) ?? numberAt(text, match(number)) ?? wordAt('sign', match(sign)))
        : textAt(text, at, opening)
    if (token === undefined) {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
      throw unreadable(at, at + character.length, `"${character}" has no meaning here`)
    }
    tokens.push(token)
    at = token.end
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length })
  return tokens
}

function unreadable(start: number, end: number, message: string, help?: string): Unreadable {
  return new Unreadable({ message, help, start, end })
}

function wordAt(kind: 'name' | 'sign', match: RegExpExecArray | null): Token | undefined {
  if (match === null) return undefined
  const { index, 0: text } = match
  return { kind, text, start: index, end: index + text.length }
}

const MAX_INT = 2n ** 63n

function numberAt(text: string, match: RegExpExecArray | null): Token | undefined {
  if (match === null) return undefined
  const { index, 0: written } = match
  const end = index + written.length
  const tail = /^(?:[A-Za-z0-9_]|\.\d)+|^\.(?![A-Za-z_])/.exec(text.slice(end, end + 40))?.[0]
  if (tail !== undefined) {
    const help = /^u$/i.test(tail) ? `write ${written}` : `write numbers like 3, 0.5 or 1e6`
    throw unreadable(index, end + tail.length, `"${written}${tail}" is no number`, help)
  }
  const isWhole = /^0[xX]|^\d+$/.test(written)
  const value = isWhole ? BigInt(written) : Number(written)
  if (value >= MAX_INT && isWhole)
    throw unreadable(index, end, 'the number is too large', 'write it as a power of ten, such as 1e20')
  if (value === Infinity) throw unreadable(index, end, 'the number is too large')
  return { kind: 'value', text: written, value, start: index, end }
}

function textAt(text: string, start: number, opening: RegExpExecArray): Token {
  const [whole, mark = '"'] = opening
  const isRaw = whole.length > mark.length
  const from = start + whole.length
  let at = from
  while (at < text.length && !text.startsWith(mark, at)) {
    if (mark.length === 1 && text[at] === '\n') break
    at += text[at] === '\\' ? 2 : 1
  }
  if (!text.startsWith(mark, at))
    throw unreadable(
      start,
      lineEnd(text, start),
      'the text that begins here does not end',
      `close it with ${mark}`,
    )
  const body = text.slice(from, at)
  const value = isRaw ? body : unescaped(body, from)
  return { kind: 'value', text: text.slice(start, at + mark.length), value, start, end: at + mark.length }
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end === -1 ? text.length : end
}

const escape =
  /\\(?:([\\?"'`abfnrtv])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/y
const controls: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** The text that a quoted text stands for. */
function unescaped(body: string, offset: number): string {
  let value = ''
  let from = 0
  for (let at = body.indexOf('\\'); at !== -1; at = body.indexOf('\\', from)) {
    escape.lastIndex = at
    const match = escape.exec(body)
    const character = match === null ? undefined : escaped(match)
    if (match === null || character === undefined) {
      const piece = body.slice(at, at + 2)
      const help = 'write a backslash as \\\\, or put r before the quotes: r"…"'
      throw unreadable(offset + at, offset + at + piece.length, `"${piece}" stands for no character`, help)
    }
    value += body.slice(from, at) + character
    from = at + match[0].length
  }
  return value + body.slice(from)
}

function escaped([, single, hex, short, long, octal]: RegExpExecArray): string | undefined {
  if (single !== undefined) return controls[single] ?? single
  const code =
    octal === undefined ? Number.parseInt(hex ?? short ?? long ?? '', 16) : Number.parseInt(octal, 8)
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : String.fromCodePoint(code)
}
