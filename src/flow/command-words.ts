/** A command line as the list that a `command:` takes, for a message: `[wc, -w, "{file}"]`. At most 60 characters of words. */
export function commandWords(text: string): string {
  const words: string[] = []
  let room = 60
  for (const word of text.trim().split(/\s+/)) {
    room -= word.length
    if (room < 0) return `[${[...words, '…'].join(', ')}]`
    // What means something in YAML, such as the braces of a placeholder, stands in quotes.
    words.push(/^[\w./+=-]+$/.test(word) ? word : JSON.stringify(word))
  }
  return `[${words.join(', ')}]`
}
