import { join } from 'node:path'
import type { Json } from '../source/json.ts'
import { contentKey } from './canonical-json.ts'
import { systemFiles, type FileSystem } from './file-system.ts'
import { readableJson } from './readable-json.ts'
import { parseRecording, type RecordedCall, type Recording, stepOf } from './recording.ts'
import { MAX_RECORDING_BYTES, type RecordingOptions } from './recorder.ts'
import { scrub } from './scrub.ts'
import { similarity, type Words, wordsOf } from './similarity.ts'
import { StoreError, storeError } from './store-error.ts'
import { readWhole } from './whole-file.ts'

/** Answers from recordings. Never asks anybody else. */
export interface Player {
  /** The answer to a call. Of several to equal requests each step gets its own, and each time it asks the next. */
  play(call: RecordedCall): Playback
}

export type Playback = { readonly isHit: true; readonly answer: Json; readonly path: string } | Miss

interface Miss {
  readonly isHit: false
  /** The request, as it would stand in a recording. */
  readonly asked: string
  /** The recording that is most like it, with its request in the same form; undefined where there is none. */
  readonly nearest: { readonly path: string; readonly recorded: string } | undefined
}

interface Loaded extends Recording {
  readonly path: string
}

/** How much it counts that a recording is of the same step, in words that are the same. */
const SAME_STEP = 0.25

/** Reads all recordings of a folder. Throws a `StoreError`, among others when one of them is no recording. */
export function openPlayer(folder: string, { redact, fs = systemFiles }: RecordingOptions): Player {
  const loaded = load(fs, folder)
  const byKey = new Map<string, Loaded[]>()
  for (const one of loaded) {
    const key = contentKey(one.request)
    byKey.set(key, [...(byKey.get(key) ?? []), one])
  }
  const nearestOf = comparer(loaded)
  /** How often an answer to a request was taken, by the steps that have their own and by all others together. */
  const taken = new Map<string, number>()
  return {
    play(given) {
      const call = { ...given, request: scrub(given.request, redact) }
      const key = contentKey(call.request)
      const candidates = byKey.get(key) ?? []
      const found = candidates.find((one) => isOfStep(one, call)) ?? candidates[0]
      if (found === undefined) return { isHit: false, ...nearestOf(call) }
      const own = found.answers.filter(({ step }) => step === call.step)
      const answers = own.length > 0 ? own : found.answers
      const who = own.length > 0 ? `${found.path}\n${call.step}` : found.path
      const times = taken.get(who) ?? 0
      taken.set(who, times + 1)
      const answer = answers[Math.min(times, answers.length - 1)]?.answer ?? null
      return { isHit: true, answer, path: found.path }
    },
  }
}

function isOfStep(recording: Recording, { flow, step }: RecordedCall): boolean {
  return recording.flow === flow && recording.step === stepOf(step)
}

/** Finds what is most like a call. Words are counted when the first call is compared: a replay may do without. */
function comparer(loaded: readonly Loaded[]): (call: RecordedCall) => Omit<Miss, 'isHit'> {
  const words = new Map<Loaded, Words>()
  return (call) => {
    const asked = readableJson(call.request)
    const wanted = wordsOf(asked)
    let nearest: Loaded | undefined
    let best = -1
    for (const one of loaded) {
      const its = words.get(one) ?? wordsOf(readableJson(one.request))
      words.set(one, its)
      const likeness = similarity(wanted, its) + (isOfStep(one, call) ? SAME_STEP : 0)
      if (likeness <= best) continue
      best = likeness
      nearest = one
    }
    if (nearest === undefined) return { asked, nearest }
    return { asked, nearest: { path: nearest.path, recorded: readableJson(nearest.request) } }
  }
}

/** In the order of their paths, so that the same question gets the same answer everywhere. */
function load(fs: FileSystem, folder: string): readonly Loaded[] {
  let path = folder
  try {
    const loaded: Loaded[] = []
    for (const part of fs.list(folder).toSorted()) {
      path = join(folder, part)
      if (fs.factsAt(path)?.kind !== 'folder') continue
      for (const name of fs.list(path).toSorted()) {
        if (!name.endsWith('.json')) continue
        path = join(folder, part, name)
        const text = readWhole(fs, path, MAX_RECORDING_BYTES)?.toString()
        if (text === undefined) throw new StoreError('damaged', `"${path}" is no recording`, { path })
        loaded.push({ ...parseRecording(text, path), path })
      }
    }
    return loaded
  } catch (error) {
    throw storeError(error, path, 'replayed')
  }
}
