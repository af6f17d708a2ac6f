/** The parser's complaints, said for someone who writes a flow. Its own words speak of tokens and collections. */
const messages: Readonly<Record<string, { readonly message: string; readonly help?: string }>> = {
  TAB_AS_INDENT: { message: 'a tab is used as indentation', help: 'indent with spaces' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a key cannot start in the middle of a value',
    help: 'check the indentation of this and the next line, and put text that contains ": " in quotes or in a | block',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key must end with a colon on its own line',
    help: 'add the missing ":" or put a text of several lines in a | block',
  },
  BAD_SCALAR_START: {
    message: 'a text cannot start with this character unless it is quoted',
    help: 'put the text in quotes or in a | block',
  },
  BAD_DQ_ESCAPE: {
    message: 'this is no escape that YAML knows',
    help: 'write \\\\ for a backslash, or use single quotes, in which nothing is escaped',
  },
  MISSING_CHAR: {
    message: 'something is missing here: a closing quote, bracket, comma or colon',
    help: 'close what was opened, or put the text in a | block',
  },
  BAD_INDENT: {
    message: 'the indentation does not fit the lines above',
    help: 'lines of one mapping or list start in the same column, and a { or [ must be closed',
  },
  MISSING_KEY: { message: 'a value stands here without its key' },
  NON_STRING_KEY: { message: 'a key must be text' },
  BLOCK_IN_FLOW: {
    message: 'inside { } or [ ] values cannot be written line by line',
    help: 'close the bracket first, or write the whole as indented lines',
  },
  UNEXPECTED_TOKEN: {
    message: 'this cannot stand after the value before it',
    help: 'check the indentation; a text that starts with {, [, & or * must be quoted or put in a | block',
  },
  KEY_OVER_1024_CHARS: { message: 'a key is longer than 1024 characters' },
  BAD_ALIAS: { message: 'this is not a name that an alias can have' },
  MULTIPLE_ANCHORS: { message: 'a value can have one anchor only' },
  MULTIPLE_TAGS: { message: 'a value can have one tag only' },
  MULTIPLE_DOCS: { message: 'a flow file holds one document' },
}

/** Message and help for a code of the YAML parser; a code that is not in the table keeps the parser's own sentence. */
export function explainSyntax(code: string, original: string): { message: string; help?: string } {
  const known = Object.hasOwn(messages, code) ? messages[code] : undefined
  return known ?? { message: original.charAt(0).toLowerCase() + original.slice(1) }
}
