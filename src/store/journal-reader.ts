import type { Json } from '../source/json.ts'
import type { FileSystem } from './file-system.ts'
import { claimedHeader, JOURNAL_FORMAT } from './journal-header.ts'
import { decodeLine, lineStart } from './journal-line.ts'
import { StoreError } from './store-error.ts'

/** How much of a journal can be relied on. */
export interface JournalEnd {
  /** Lines, the header included; 0 when nothing had been recorded yet. */
  readonly lines: number
  readonly bytes: number
  /** What comes after them: records that the process or the machine did not live to finish, which nobody was told of. */
  readonly droppedBytes: number
}

interface JournalToRead {
  readonly fs: FileSystem
  readonly path: string
  /** Open for reading. Stays open. */
  readonly file: number
  readonly runId: string
  /** Told of every record but the header, in order. */
  readonly onRecord: (record: Json) => void
}

const CHUNK_BYTES = 256 * 1024
const NEWLINE = 0x0a

/**
 * Reads a journal of any size. Throws a `StoreError`: `damaged` with line and offset when a record is not what was once
 * recorded, `newer-format` when a later llmflows has written it; and Node's errors.
 */
export function readJournal(journal: JournalToRead): JournalEnd {
  const { runId, onRecord } = journal
  let lines = 0
  let bytes = 0
  /** The last line that the journal itself says was on the disk. */
  let synced = 0
  for (const { content, offset, isWhole } of linesOf(journal)) {
    // After the first line that is wrong, all there is to learn is whether that line was ever safe.
    if (offset > bytes) {
      synced = Math.max(synced, syncedWithin(runId, content))
      continue
    }
    const line = isWhole ? decodeLine(runId, content) : undefined
    if (lines === 0 && line?.record !== undefined) refuseNewer(journal, content)
    if (line?.n === lines + 1) {
      if (lines > 0) onRecord(line.record)
      lines++
      bytes = offset + content.length + 1
      continue
    }
    if (lines === 0) refuseForeign(journal, content)
    // A crash leaves holes, but never a whole line in another one's place.
    if (line !== undefined)
      throw damage(journal, { lines, bytes }, `line ${line.n} stands in the place of line ${lines + 1}`)
    synced = syncedWithin(runId, content)
  }
  if (synced > lines) throw damage(journal, { lines, bytes }, `line ${lines + 1} is not what was written`)
  return { lines, bytes, droppedBytes: journal.fs.facts(journal.file).size - bytes }
}

interface Piece {
  readonly content: Buffer
  readonly offset: number
  /** Whether a newline follows. */
  readonly isWhole: boolean
}

function* linesOf({ fs, file }: JournalToRead): Generator<Piece, void, undefined> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  /** The start of a line that goes on in the next chunk. */
  let begun: Buffer[] = []
  let offset = 0
  for (let at = 0; ;) {
    const size = fs.read(file, chunk, at)
    if (size === 0) break
    at += size
    const read = chunk.subarray(0, size)
    let from = 0
    for (let end = read.indexOf(NEWLINE); end >= 0; end = read.indexOf(NEWLINE, from)) {
      const rest = read.subarray(from, end)
      const content = begun.length === 0 ? rest : Buffer.concat([...begun, rest])
      begun = []
      yield { content, offset, isWhole: true }
      offset += content.length + 1
      from = end + 1
    }
    if (from < size) begun.push(Buffer.from(read.subarray(from)))
  }
  if (begun.length > 0) yield { content: Buffer.concat(begun), offset, isWhole: false }
}

/** The largest `synced` of the whole lines in some bytes. A damaged newline has made two lines one. */
function syncedWithin(runId: string, bytes: Buffer): number {
  let synced = 0
  for (let at = bytes.indexOf(lineStart); at >= 0; at = bytes.indexOf(lineStart, at + 1))
    synced = Math.max(synced, decodeLine(runId, bytes.subarray(at))?.synced ?? 0)
  return synced
}

function refuseNewer({ path }: JournalToRead, content: Buffer): void {
  const format = claimedHeader(content.toString())?.llmflows_journal
  if (format === undefined || format === JOURNAL_FORMAT) return
  throw new StoreError('newer-format', `journal "${path}" has format ${format}, which is not known here`, {
    path,
    help: `this llmflows reads format ${JOURNAL_FORMAT}; a later one has written it`,
  })
}

function refuseForeign(journal: JournalToRead, content: Buffer): void {
  const claimed = claimedHeader(content.toString())
  if (claimed === undefined) return
  refuseNewer(journal, content)
  const { path, runId } = journal
  if (typeof claimed.run_id !== 'string' || claimed.run_id === runId) return
  throw new StoreError('damaged', `journal "${path}" is of run "${claimed.run_id}", not of "${runId}"`, {
    path,
    line: 1,
    offset: 0,
  })
}

function damage(
  { path }: JournalToRead,
  place: { readonly lines: number; readonly bytes: number },
  what: string,
): StoreError {
  const line = place.lines + 1
  return new StoreError('damaged', `journal "${path}" is damaged at byte ${place.bytes}: ${what}`, {
    path,
    line,
    offset: place.bytes,
    help: 'what it recorded cannot be trusted any more; start the run anew, and what is in the cache is not paid for again',
  })
}
