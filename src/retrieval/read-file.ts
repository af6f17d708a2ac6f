import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Json } from '../source/json.ts'
import { chunksOf, type ChunkOptions } from './chunk.ts'
import { type DocumentFile, reasonOf } from './document-files.ts'
import { type Document, readDocument } from './documents.ts'

export interface FileProblem {
  /** Path, and line where it is about one. */
  readonly place: string
  /** Lower case, no full stop. */
  readonly problem: string
}

/** Files other than JSON Lines are held in memory whole. */
const MAX_BYTES = 16 * 1024 * 1024
const MAX_LINE = 4 * 1024 * 1024

/**
 * The documents in a file: the lines of JSON Lines, or the chunks of a text, called `NAME#0`, `NAME#1` and so on. The metadata
 * of a chunk says from which file, which line and below which headings it is. What is wrong comes in between.
 */
export async function* documentsIn(
  file: DocumentFile,
  options: Pick<ChunkOptions, 'size' | 'overlap'>,
): AsyncGenerator<Document | FileProblem, void, undefined> {
  try {
    if (/\.(?:jsonl|ndjson)$/i.test(file.path)) yield* linesOf(file)
    else yield* pieces(file, await textOf(file), options)
  } catch (error) {
    if (error instanceof Unreadable) yield { place: file.path, problem: error.message }
    else yield { place: file.path, problem: reasonOf(error) }
  }
}

class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

async function textOf({ path }: DocumentFile): Promise<string> {
  const { size } = await stat(path)
  if (size > MAX_BYTES)
    throw new Unreadable(`is larger than ${MAX_BYTES / 2 ** 20} MiB; split it, or write JSON Lines`)
  const bytes = await readFile(path)
  if (bytes.includes(0)) throw new Unreadable('is not a text: it holds a NUL character')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Unreadable('is not UTF-8 text')
  }
}

function* pieces(
  { path, name }: DocumentFile,
  text: string,
  { size, overlap }: Pick<ChunkOptions, 'size' | 'overlap'>,
): Generator<Document, void, undefined> {
  const isMarkdown = /\.(?:md|markdown)$/i.test(path)
  for (const [place, chunk] of chunksOf(text, { size, overlap, isMarkdown }).entries()) {
    const heading = chunk.headings.join(' / ')
    yield {
      id: `${name}#${place}`,
      text: chunk.text,
      metadata: { path: name, line: chunk.line, ...(heading === '' ? {} : { heading }) },
    }
  }
}

async function* linesOf({
  path,
  name,
}: DocumentFile): AsyncGenerator<Document | FileProblem, void, undefined> {
  const input = createReadStream(path, { encoding: 'utf8' })
  let number = 0
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number += 1
      if (line.trim() === '') continue
      const place = `${path}:${number}`
      const read =
        line.length > MAX_LINE ? { problem: `is longer than ${MAX_LINE} characters` } : readLine(line)
      if ('problem' in read) {
        yield { place, problem: `the line ${read.problem}` }
        continue
      }
      const { id, text, metadata } = read
      yield {
        id: read.hasId ? id : `${name}#${number - 1}`,
        text,
        metadata: { path: name, line: number, ...metadata },
      }
    }
  } finally {
    input.destroy()
  }
}

function readLine(line: string): (Document & { readonly hasId: boolean }) | { readonly problem: string } {
  let value: Json
  try {
    value = JSON.parse(line.replace(/^\uFEFF/, '')) as Json
  } catch {
    return { problem: 'is not JSON' }
  }
  const document = readDocument(value)
  if ('problem' in document) return document
  const hasId = typeof value === 'object' && value !== null && 'id' in value
  return { ...document, hasId }
}
