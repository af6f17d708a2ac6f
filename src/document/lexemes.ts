import { Lexer } from 'yaml'

/** Thrown out of the parse when a text nests too deeply; `offset` is where the limit was passed. */
export class TooDeep extends Error {
  readonly offset: number
  constructor(offset: number) {
    super('too deep')
    this.offset = offset
  }
}

/**
 * The lexemes of a YAML text, as its parser reads them, up to a depth.
 *
 * The parser and composer recurse; a deep text overflows their stack, and a second one in the same process has been
 * seen to end Node itself, uncatchably. The lexer is a loop, so depth is measured here, before they see anything:
 * brackets count one level each, and in block style every column that opens a new indentation does.
 */
export function* boundedLexemes(text: string, maxDepth: number): Generator<string> {
  let offset = 0
  let lineStart = 0
  let brackets = 0
  const columns: number[] = []
  for (const lexeme of new Lexer().lex(text)) {
    const first = lexeme.charCodeAt(0)
    if (lexeme === '{' || lexeme === '[') brackets++
    else if (lexeme === '}' || lexeme === ']') brackets = Math.max(0, brackets - 1)
    if (brackets === 0 && opensNode(first)) {
      const column = offset - lineStart
      while ((columns.at(-1) ?? -1) > column) columns.pop()
      if ((columns.at(-1) ?? -1) < column) columns.push(column)
    }
    // The lexer gives up open brackets where a line is indented less than they are.
    if (first === FLOW_END) brackets = 0
    if (columns.length + brackets > maxDepth) throw new TooDeep(offset)
    yield lexeme
    if (isMark(first)) continue
    offset += lexeme.length
    const newline = lexeme.lastIndexOf('\n')
    if (newline !== -1) lineStart = offset - (lexeme.length - newline - 1)
  }
}

/** Marks of the lexer that stand for no character of the text. */
function isMark(code: number): boolean {
  return code === 0x02 || code === 0x18 || code === 0x1f
}

const FLOW_END = 0x18
const SPACE = 0x20
const TAB = 0x09
const NEWLINE = 0x0a
const RETURN = 0x0d
const HASH = 0x23

function opensNode(code: number): boolean {
  return (
    code !== SPACE && code !== TAB && code !== NEWLINE && code !== RETURN && code !== HASH && code !== 0x02
  )
}
