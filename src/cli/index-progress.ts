import type { Filling } from '../retrieval/fill-store.ts'
import { visibleLine } from '../source/visible.ts'
import type { Io } from './io.ts'

interface Progress {
  show(filling: Filling, file: string): void
  /** Takes the line away, so that something else can be written. */
  clear(): void
}

/** How often the line is drawn anew. */
const EVERY_MS = 100

/** One line on the terminal that says how far it is; nothing where there is no terminal. */
export function indexProgress(io: Io, isQuiet: boolean): Progress {
  const stream = isQuiet ? undefined : io.animated
  let isShown = false
  let last = 0
  const clear = (): void => {
    if (isShown) stream?.write('\r\u001B[K')
    isShown = false
  }
  return {
    show({ documents, written, removed }, file) {
      const now = Date.now()
      if (stream === undefined || now - last < EVERY_MS) return
      last = now
      clear()
      const gone = removed === 0 ? '' : `, ${removed} removed`
      const line = `${documents} documents, ${written} embedded${gone}  ${visibleLine(file)}`
      stream.write(line.slice(0, Math.max(10, io.stderr.columns - 1)))
      isShown = true
    },
    clear,
  }
}
