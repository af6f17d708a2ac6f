import { Lexer } from 'yaml'

const flowEnd = '\x18'

/** Where the bracket or quote stands that a text opens and never closes; undefined when there is none. */
export function unclosedOpening(text: string): number | undefined {
  const open: number[] = []
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    // The lexer's way to say that a line is indented less than the brackets that are open.
    if (lexeme === flowEnd && open.length > 0) return open.at(-1)
    if (lexeme === '{' || lexeme === '[') open.push(offset)
    else if (lexeme === '}' || lexeme === ']') open.pop()
    else if (isOpenQuote(lexeme)) return offset
    if (!marks.has(lexeme)) offset += lexeme.length
  }
  return open.at(-1)
}

/** They stand for no character of the text. */
const marks: ReadonlySet<string> = new Set(['\x02', flowEnd, '\x1f'])

function isOpenQuote(lexeme: string): boolean {
  const quote = lexeme[0]
  if (quote !== '"' && quote !== "'") return false
  return (
    lexeme.length < 2 || !lexeme.endsWith(quote) || (quote === '"' && /(?<!\\)(?:\\\\)*\\"$/.test(lexeme))
  )
}
