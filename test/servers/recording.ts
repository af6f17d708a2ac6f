import { readFileSync } from 'node:fs'
import type { Behaviour } from './fault-server.ts'
import * as wire from './openai-wire.ts'

/** Cuts words and characters of several bytes in two, so that what reads the stream has to put them together. */
const PIECE_BYTES = 61

/**
 * Answers with a file of `test/llms/recorded`: a status line, headers and a body as a service sends them. A stream goes out
 * in many small pieces.
 */
export function recorded(name: string): Behaviour {
  const text = readFileSync(new URL(`../llms/recorded/${name}.http`, import.meta.url), 'utf8')
  const end = text.indexOf('\n\n')
  const [first = '', ...lines] = text.slice(0, end).split('\n')
  const body = Buffer.from(text.slice(end + 2))
  const status = Number(first.split(' ')[1])
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  )
  return ({ write }) => {
    if (!headers['content-type']?.startsWith('text/event-stream')) {
      write(wire.http({ status, headers, body }))
      return
    }
    write(wire.head(status, { ...headers, 'transfer-encoding': 'chunked' }))
    for (let at = 0; at < body.length; at += PIECE_BYTES) {
      write(wire.piece(body.subarray(at, at + PIECE_BYTES)))
    }
    write(wire.LAST_PIECE)
  }
}
