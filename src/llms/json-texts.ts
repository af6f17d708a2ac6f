import { badResponse } from './json.ts'
import { SseDecoder } from './sse.ts'

/**
 * The JSON texts in the body of an answer: the data of each event of a stream up to `[DONE]`, or the whole body of a server
 * that does not stream. Which of the two it is shows its first character: content types are often wrong.
 */
export async function* jsonTexts(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  // It drops a byte order mark and holds back a character whose bytes come in two pieces.
  const decoder = new TextDecoder()
  const events = new SseDecoder()
  const whole: string[] = []
  let kind: 'unknown' | 'events' | 'whole' = 'unknown'
  for await (const bytes of body) {
    const text = decoder.decode(bytes, { stream: true })
    if (kind === 'unknown') kind = kindOf(text)
    if (kind === 'whole') {
      whole.push(text)
      continue
    }
    for (const data of events.push(text)) {
      if (data.startsWith('[DONE]')) return
      yield data
    }
  }
  const rest = decoder.decode()
  if (kind === 'whole') {
    yield whole.join('') + rest
    return
  }
  for (const data of [...events.push(rest), ...events.end()]) {
    if (data.startsWith('[DONE]')) return
    yield data
  }
}

function kindOf(text: string): 'unknown' | 'events' | 'whole' {
  const first = /\S/.exec(text)?.[0]
  if (first === undefined) return 'unknown'
  if (first === '<')
    throw badResponse('a web page came instead of an answer (a login page, a proxy, a wrong base_url?)')
  return /[a-z:]/.test(first) ? 'events' : 'whole'
}
