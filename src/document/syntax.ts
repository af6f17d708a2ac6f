import { unclosedOpening } from './unclosed.ts'

/** A complaint of the YAML parser. Its own words speak of tokens and collections. */
interface Complaint {
  readonly code: string
  readonly message: string
  readonly start: number
  readonly end: number
}

interface Explanation {
  readonly message: string
  readonly help?: string
  readonly start: number
  readonly end: number
  /** The line above with which the place does not line up: one of the two is where it should not be. */
  readonly above?: { readonly start: number; readonly end: number }
}

interface Words {
  readonly message: string
  readonly help?: string
}

const words: Readonly<Record<string, Words>> = {
  TAB_AS_INDENT: { message: 'a tab is used as indentation', help: 'indent with spaces' },
  BAD_SCALAR_START: {
    message: 'a text cannot start with this character unless it is quoted',
    help: 'put the text in quotes or in a | block',
  },
  BAD_DQ_ESCAPE: {
    message: 'this is no escape that YAML knows',
    help: 'write \\\\ for a backslash, or use single quotes, in which nothing is escaped',
  },
  MISSING_CHAR: {
    message: 'a comma or a closing bracket is missing here',
    help: 'put a comma between two entries, and close what was opened',
  },
  BAD_INDENT: {
    message: 'the indentation does not fit the lines above',
    help: 'lines of one mapping or list start in the same column',
  },
  MISSING_KEY: { message: 'a value stands here without its key' },
  NON_STRING_KEY: {
    message: 'a key must be text',
    help: 'write a name without brackets; inside a value, quote a key that starts with { or [',
  },
  BLOCK_IN_FLOW: {
    message: 'inside { } or [ ] values cannot be written line by line',
    help: 'close the bracket first, or write the whole as indented lines',
  },
  KEY_OVER_1024_CHARS: { message: 'a key is longer than 1024 characters' },
  BAD_ALIAS: {
    message: 'this is not a name that an alias can have',
    help: 'a text that starts with * must be quoted',
  },
  MULTIPLE_ANCHORS: { message: 'a value can have one anchor only' },
  MULTIPLE_TAGS: { message: 'a value can have one tag only' },
}

/** Messages about a line that stands in the wrong column, or seems to since another one does. */
const misplaced =
  /^(?:the indentation does not fit|this line is indented deeper|a list cannot go on|this cannot stand after)/

/** The complaint in the words of someone who writes a flow, and the place that they would look at. */
export function explainSyntax(text: string, complaint: Complaint): Explanation {
  const explanation = explain(text, complaint)
  const above = misplaced.test(explanation.message)
    ? lineAbove(text, lineAt(text, explanation.start))
    : undefined
  return above === undefined ? explanation : { ...explanation, above: firstWord(above) }
}

function explain(text: string, complaint: Complaint): Explanation {
  const { code, message, start, end } = complaint
  const opening = code === 'MISSING_CHAR' || code === 'BAD_INDENT' ? unclosedOpening(text) : undefined
  if (opening !== undefined) {
    const sign = text[opening] ?? ''
    return {
      message: `${sign === '"' || sign === "'" ? 'this quote' : `this ${sign}`} is never closed`,
      help: `add the closing ${sign === '{' ? '}' : sign === '[' ? ']' : sign}`,
      start: opening,
      end: opening + 1,
    }
  }
  const line = lineAt(text, start)
  if (code === 'TAG_RESOLVE_FAILED') {
    const tag = text.slice(start, end)
    const help = 'a text that starts with ! must be quoted; a flow is plain data and knows no tags'
    return { message: `there is no tag "${tag}"`, help, start, end }
  }
  // A sign that begins a block elsewhere, behind a bracket that was closed: `{score} > 3`.
  const isBehind = code === 'MISSING_CHAR' && /^[}\]][ \t]*[>|]/.test(text.slice(start, start + 20))
  if (code === 'UNEXPECTED_TOKEN' || isBehind) return unexpected(line, complaint)
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return nested(text, line, complaint)
  if (/Implicit (?:map )?keys? needs? to be/.test(message)) return noKey(text, line, complaint)
  const known = Object.hasOwn(words, code) ? words[code] : undefined
  const place = code === 'BAD_INDENT' ? firstWord(line) : { start, end }
  // A sentence that is not in the table is the parser's own.
  return { ...(known ?? { message: message.charAt(0).toLowerCase() + message.slice(1) }), ...place }
}

interface Line {
  readonly text: string
  readonly start: number
}

function lineAt(text: string, offset: number): Line {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', start)
  return { text: text.slice(start, end === -1 ? text.length : end).trimEnd(), start }
}

/**
 * The line that a line should line up with: the one before it, or, where that lies deeper, the one in which what lies
 * deeper began.
 */
function lineAbove(text: string, below: Line): Line | undefined {
  const indentOf = (line: Line): number => line.text.length - line.text.trimStart().length
  const indent = indentOf(below)
  let found: Line | undefined
  for (let at = below.start; at > 0;) {
    const line = lineAt(text, at - 1)
    at = line.start
    if (/^\s*(?:#|$)/.test(line.text)) continue
    // A blank line ends a text whose first line lies too deep.
    if (below.text === '') return line
    const isDeeper = indentOf(line) > indent
    // A line with a value behind its colon is no parent of what follows, so it is a sibling in the wrong column.
    const isSibling = !isDeeper && !line.text.endsWith(':')
    if (found === undefined || isSibling || (isDeeper && indentOf(line) <= indentOf(found))) found = line
    if (!isDeeper) break
  }
  return found
}

function firstWord({ text, start }: Line): { readonly start: number; readonly end: number } {
  const indent = text.length - text.trimStart().length
  const word = /^[^\s:]+/.exec(text.slice(indent))?.[0] ?? ''
  return { start: start + indent, end: start + indent + Math.max(1, word.length) }
}

/** Something follows a value that was complete: a text that starts with a sign of YAML's, most often. */
function unexpected(line: Line, { start, end }: Complaint): Explanation {
  const value = /^.*(?:^|[:,[{]\s|-\s)\s*[&*!"'{[]/.exec(line.text.slice(0, start - line.start))
  const from = value === null ? undefined : value[0].length - 1
  const sign = from === undefined ? '' : (line.text[from] ?? '')
  if (from === undefined) {
    const message = 'this cannot stand after the value before it'
    return { message, help: 'check the indentation and the quotes', start, end }
  }
  const place = { start: line.start + from, end: line.start + line.text.length }
  return sign === '"' || sign === "'"
    ? {
        message: 'a text goes on after its closing quote',
        help: `put the whole text in quotes, with ${sign === '"' ? '\\"' : "''"} for a quote in it, or in a | block`,
        ...place,
      }
    : {
        message: `a text that starts with ${sign} must be quoted`,
        help: 'put the text in quotes or in a | block',
        ...place,
      }
}

/** A mapping or a list begins where a value is already there. */
function nested(text: string, line: Line, { start }: Complaint): Explanation {
  const rest = line.text.slice(start - line.start)
  if (/^\s*-(?:\s|$)/.test(line.text)) {
    const help = 'remove the dash, or put a key with a colon above the list'
    return { message: 'a list cannot go on where a mapping has begun', help, ...firstWord(line) }
  }
  if (/:(?:\s|$)/.test(rest)) {
    const end = line.start + line.text.length
    const help = `put the text in quotes or in a | block`
    return { message: 'a text that contains ": " must be quoted', help, start, end }
  }
  const next = lineAt(
    text,
    line.start +
      line.text.length +
      (/[^\n]*/.exec(text.slice(line.start + line.text.length))?.[0].length ?? 0) +
      1,
  )
  const help = 'move it to the left, to the column of the key above; or remove the value of that key'
  return { message: 'this line is indented deeper than its key', help, ...firstWord(next) }
}

/** A line that should be a key with its value, and has no colon. */
function noKey(text: string, line: Line, { start, end }: Complaint): Explanation {
  const before = lineAt(text, Math.max(0, line.start - 1))
  const inBrackets = /^\s*["'{[]/.test(line.text) || /[{,[]$/.test(before.text)
  if (inBrackets && line.text.slice(start - line.start).length <= 1) {
    const message = 'a comma is missing between two entries'
    return { message, help: 'end this entry with a comma', start, end: start + 1 }
  }
  const glued = /^\s*([A-Za-z_]\w*):(\S.*)$/.exec(line.text)
  if (glued !== null) {
    const help = `write "${glued[1] ?? ''}: ${(glued[2] ?? '').slice(0, 60)}"`
    return {
      message: 'a blank is missing after the colon',
      help,
      ...firstWord(line),
      end: line.start + line.text.length,
    }
  }
  const place = { start, end: Math.min(end, line.start + line.text.length) }
  const message = 'this line is no key with a value: a colon is missing'
  return {
    message,
    help: 'add the colon; a text of several lines goes in a | block, indented below its key',
    ...place,
  }
}
