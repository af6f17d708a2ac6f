import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Json } from '../source/json.ts'
import { canonicalJson } from './canonical-json.ts'
import { systemFiles, type FileSystem } from './file-system.ts'
import {
  pathOfRecording,
  parseRecording,
  type RecordedAnswer,
  type RecordedCall,
  recordingText,
  stepOf,
} from './recording.ts'
import { scrub } from './scrub.ts'
import { errnoOf, StoreError, storeError } from './store-error.ts'
import { readWhole, replaceWhole } from './whole-file.ts'

/** Writes down the answers of one run, a file a call. */
export interface Recorder {
  /** Resolves when the answer is in its file. Rejects with a `StoreError` when it cannot be written. */
  record(call: RecordedCall, answer: Json): Promise<void>
}

export interface RecordingOptions {
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string
  readonly fs?: FileSystem
}

export const MAX_RECORDING_BYTES: number = 64 * 1024 * 1024

/**
 * Records into a folder, which is made when it is not there. Answers replace those of earlier runs to the same request, and
 * a file whose content would mean the same is not touched. Throws a `StoreError` now when nothing could be written.
 */
export function openRecorder(folder: string, { redact, fs = systemFiles }: RecordingOptions): Recorder {
  try {
    makeFolder(fs, folder)
    const trial = join(folder, `.${randomBytes(8).toString('hex')}.tmp`)
    fs.close(fs.open(trial, 'new'))
    fs.remove(trial)
  } catch (error) {
    throw storeError(error, folder, 'recorded to')
  }
  /** By path: what this run has heard, and the last of the writes, which come one after the other. */
  const files = new Map<string, { answers: readonly RecordedAnswer[]; written: Promise<void> }>()
  return {
    async record(call, answer) {
      const { flow, step } = call
      const request = scrub(call.request, redact)
      const [part, name] = pathOfRecording({ flow, step, request })
      const path = join(folder, part, name)
      const file = files.get(path) ?? { answers: [], written: Promise.resolve() }
      files.set(path, file)
      file.answers = [...file.answers, { step, answer: scrub(answer, redact) }]
      const write = async (): Promise<void> => {
        try {
          makeInside(fs, join(folder, part))
          const text = recordingText({ flow, step: stepOf(step), request, answers: file.answers })
          if (!meansTheSame(fs, path, text))
            await replaceWhole(fs, path, { bytes: Buffer.from(text), mode: 0o666 })
        } catch (error) {
          throw storeError(error, path, 'written')
        }
      }
      const before = file.written
      file.written = before.then(write, write)
      return file.written
    },
  }
}

/** The user names this folder, so that it may be a link. */
function makeFolder(fs: FileSystem, path: string): void {
  try {
    fs.makeFolder(path, 0o777)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
    fs.list(path)
  }
}

/** A recording comes with a repository, and what is in it shall not lead elsewhere. */
function makeInside(fs: FileSystem, path: string): void {
  const kind = fs.factsAt(path)?.kind
  if (kind === undefined) makeFolder(fs, path)
  else if (kind !== 'folder') throw new StoreError('unsafe', `"${path}" is not a folder`, { path })
}

function meansTheSame(fs: FileSystem, path: string, text: string): boolean {
  try {
    const before = readWhole(fs, path, MAX_RECORDING_BYTES)?.toString() ?? ''
    if (before === text) return true
    const [old, fresh] = [parseRecording(before, path), parseRecording(text, path)]
    return canonicalJson(asJson(old)) === canonicalJson(asJson(fresh))
  } catch {
    // It is not there yet, or nothing to keep.
    return false
  }
}

function asJson({ flow, step, request, answers }: ReturnType<typeof parseRecording>): Json {
  return [flow, step, request, answers.map((one) => [one.step, one.answer])]
}
