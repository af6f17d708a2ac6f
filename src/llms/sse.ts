/**
 * Server-sent events out of pieces of text. Only the data of each event is kept: APIs of this protocol name no events that
 * matter. Lines may end in any of the three ways; pieces may end anywhere.
 */
export class SseDecoder {
  /** The beginning of a line whose end has not come yet. */
  #line = ''
  #data: string[] = []
  #endsInReturn = false

  /** The data of the events that this piece completes. */
  push(piece: string): readonly string[] {
    const events: string[] = []
    const text = this.#normalised(piece)
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#take(this.#line + text.slice(start, end), events)
      this.#line = ''
      start = end + 1
    }
    this.#line += text.slice(start)
    return events
  }

  /** The data of an event that the stream ended in without the blank line that should follow it. */
  end(): readonly string[] {
    const events: string[] = []
    this.#take(this.#line, events)
    this.#take('', events)
    this.#line = ''
    return events
  }

  #normalised(piece: string): string {
    // A return at the end of the last piece has been turned into a line end already.
    const text = this.#endsInReturn && piece.startsWith('\n') ? piece.slice(1) : piece
    if (piece !== '') this.#endsInReturn = piece.endsWith('\r')
    return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  }

  #take(line: string, events: string[]): void {
    if (line === '') {
      if (this.#data.length > 0) events.push(this.#data.join('\n'))
      this.#data = []
    } else if (line.startsWith('data:')) {
      this.#data.push(line.slice(line.startsWith(' ', 5) ? 6 : 5))
    }
  }
}
