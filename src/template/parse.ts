import type { Alternative, Formatter, Placeholder, Segment, Suspect, Template } from './template.ts'

/**
 * Reads a template in one pass. Every text is a template: a brace that opens no placeholder is a literal brace, so
 * code and JSON paste in unharmed. `{{name}}` prints `{name}`.
 */
export function parseTemplate(text: string): Template {
  const segments: Segment[] = []
  const suspects: Suspect[] = []
  let literal = ''
  let from = 0
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at)) {
    const doubled = text[at + 1] === '{' ? new PlaceholderReader(text, at + 1).read() : undefined
    if (doubled !== undefined && text[doubled.end] === '}') {
      literal += text.slice(from, at) + text.slice(at + 1, doubled.end)
      from = at = doubled.end + 1
      continue
    }
    const reader = new PlaceholderReader(text, at)
    const placeholder = doubled === undefined ? reader.read() : undefined
    if (placeholder === undefined) {
      const suspect = doubled === undefined ? (blankBraces(text, at) ?? reader.suspect()) : undefined
      if (suspect !== undefined) suspects.push(suspect)
      at = suspect === undefined || suspect.kind === 'malformed' ? at + 1 : suspect.end
      continue
    }
    literal += text.slice(from, at)
    if (literal !== '') segments.push(literal)
    segments.push(placeholder)
    literal = ''
    from = at = placeholder.end
  }
  literal += text.slice(from)
  if (literal !== '') segments.push(literal)
  return { text, segments, suspects }
}

const jinjaPattern = /\{\{[ \t]+([A-Za-z_]\w*)[ \t]*\}\}|\{\{([A-Za-z_]\w*)[ \t]+\}\}/y
const spacedPattern = /\{[ \t]+([A-Za-z_]\w*)[ \t]*\}|\{([A-Za-z_]\w*)[ \t]+\}/y

/** Braces that hold a name and blanks, as other template languages write their variables. */
function blankBraces(text: string, at: number): Suspect | undefined {
  const kind = text[at + 1] === '{' ? 'jinja' : 'spaced'
  const pattern = kind === 'jinja' ? jinjaPattern : spacedPattern
  pattern.lastIndex = at
  const match = pattern.exec(text)
  const variable = match?.[1] ?? match?.[2]
  if (match === null || variable === undefined) return undefined
  return { kind, variable, start: at, end: at + match[0].length }
}

const identifier = /[A-Za-z_][A-Za-z0-9_]*/y
const index = /\[(\d{1,9})\]/y
const blanks = /[ \t]*/y
const quoted = /"((?:[^"\\\n]|\\["\\nt])*)"/y
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', 'n': '\n', 't': '\t' }

/** Reads one placeholder that starts at a `{`. Knows the text and where it is; every method moves on or gives up. */
class PlaceholderReader {
  readonly #text: string
  readonly #start: number
  #at: number
  /** How far reading came before it gave up. */
  #head: string | undefined

  constructor(text: string, start: number) {
    this.#text = text
    this.#start = start
    this.#at = start + 1
  }

  read(): Placeholder | undefined {
    const alternatives: Alternative[] = []
    const first = this.#reference()
    if (first === undefined) return undefined
    alternatives.push(first)
    const optional = this.#text[this.#at] === '?' && this.#text[this.#at + 1] !== '?' && this.#take('?')
    while (this.#operator('??')) {
      if (optional) return undefined
      const next = this.#literal() ?? this.#reference()
      if (next === undefined) return undefined
      alternatives.push(next)
    }
    let formatter: Formatter | undefined
    if (this.#operator('|')) {
      formatter = this.#formatter()
      if (formatter === undefined) return undefined
    }
    if (!this.#take('}')) return undefined
    const placeholder = { start: this.#start, end: this.#at, alternatives, optional }
    return formatter === undefined ? placeholder : { ...placeholder, formatter }
  }

  /** After a failed `read`: `{name` followed by something that only placeholders have. */
  suspect(): Suspect | undefined {
    if (this.#head === undefined) return undefined
    // A window, so that a text of a million braces is still read in linear time.
    const window = this.#text.slice(this.#start, this.#start + 200).split('\n', 1)[0] ?? ''
    const after = window.slice(1 + this.#head.length).trimStart()
    if (!/^(?:\.[A-Za-z_}]|\[|\?|\||!r|:[<>^.\d])/.test(after)) return undefined
    const close = window.indexOf('}')
    const length = close === -1 ? window.length : close + 1
    return { kind: 'malformed', variable: this.#head, start: this.#start, end: this.#start + length }
  }

  #reference(): Alternative | undefined {
    const start = this.#at
    const variable = this.#match(identifier)?.[0]
    if (variable === undefined) return undefined
    this.#head ??= variable
    const end = this.#at
    const path: (string | number)[] = []
    for (;;) {
      const item = this.#match(index)?.[1]
      if (item !== undefined) path.push(Number(item))
      else if (this.#text[this.#at] === '.') {
        this.#at++
        const key = this.#match(identifier)?.[0]
        if (key === undefined) return undefined
        path.push(key)
      } else break
    }
    return { kind: 'reference', variable, path, start, end }
  }

  #literal(): Alternative | undefined {
    const body = this.#match(quoted)?.[1]
    return body === undefined ? undefined : { kind: 'literal', text: unescape(body) }
  }

  #formatter(): Formatter | undefined {
    const start = this.#at
    const name = this.#match(identifier)?.[0]
    if (name === undefined) return undefined
    const end = this.#at
    if (!this.#take(':')) return { name, start, end }
    this.#match(blanks)
    const argument = this.#match(quoted)?.[1]
    return argument === undefined ? undefined : { name, argument: unescape(argument), start, end }
  }

  /** An operator with blanks around it; nothing is consumed when it is not there. */
  #operator(sign: string): boolean {
    const before = this.#at
    this.#match(blanks)
    if (this.#take(sign)) {
      this.#match(blanks)
      return true
    }
    this.#at = before
    return false
  }

  #take(sign: string): boolean {
    if (!this.#text.startsWith(sign, this.#at)) return false
    this.#at += sign.length
    return true
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at += match[0].length
    return match
  }
}

function unescape(body: string): string {
  return body.replace(/\\(.)/g, (_, sign: string) => escapes[sign] ?? sign)
}
