/** Shells leave these as they are. */
const plainWord = /^[\w@%+=:,./-]+$/

/** A text as one word of a command line, in quotes where a shell would read it otherwise. */
export function shellWord(text: string): string {
  return plainWord.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
