/**
 * A program that uses the store as a run would, to be killed by `kill-harness.ts`, which knows nothing of the store. What it
 * is about to do and what it was promised go to `log` in the working directory, a line at a time.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openCache } from '../../src/store/cache.ts'
import { pruneCache } from '../../src/store/cache-upkeep.ts'
import { contentKey } from '../../src/store/canonical-json.ts'
import { systemFiles, type FileSystem } from '../../src/store/file-system.ts'
import { openHome, type Home } from '../../src/store/home.ts'
import { systemProcesses } from '../../src/store/processes.ts'
import { createRun, resumeRun, type KeptRun } from '../../src/store/run-folder.ts'
import { listRuns } from '../../src/store/runs.ts'
import { StoreError } from '../../src/store/store-error.ts'

const STEPS = 16
const CONCURRENCY = 4
const OTHERS = 7
const redact = (text: string): string => text

interface Outcome {
  readonly step: number
  readonly value: string
}

function log(line: string): void {
  appendFileSync('log', `${line}\n`)
}

/** Sixteen steps, each of which needs the one four before it. What a step answers is different with every call. */
async function flow(home: Home): Promise<void> {
  const values = new Map<number, string>()
  const run = await takeUp(home, ({ step, value }) => values.set(step, value))
  const lane = async (first: number): Promise<void> => {
    for (let step = first; step < STEPS; step += CONCURRENCY) {
      if (values.has(step)) continue
      log(`call ${step}`)
      await sleep(5 + Math.random() * 20)
      const value = `${Math.random()}<${values.get(step - CONCURRENCY) ?? ''}>`
      await run.journal.append({ step, value }, { durable: true })
      log(`safe ${step} ${value}`)
      values.set(step, value)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, (_, first) => lane(first)))
  await run.close()
  console.log(JSON.stringify(Array.from({ length: STEPS }, (_, step) => values.get(step))))
}

/** The run that was begun, or a new one where none had come as far as its first line. */
async function takeUp(home: Home, onOutcome: (outcome: Outcome) => void): Promise<KeptRun> {
  const begun = (await listRuns(home)).find(({ about }) => about !== undefined)
  if (begun === undefined) return createRun(home, { runId: `run-${process.pid}`, about: 'flow', redact })
  const onRecord = (record: unknown): void => onOutcome(record as Outcome)
  return resumeRun(home, { runId: begun.runId, redact, onRecord })
}

/** Holds the run, if it can be had, until all others have been refused. */
async function hold(home: Home): Promise<void> {
  const [run] = await listRuns(home)
  try {
    const kept = await resumeRun(home, { runId: run?.runId ?? '', redact, onRecord: () => {} })
    log('held')
    while (readFileSync('log', 'utf8').split('run-held').length - 1 < OTHERS) await sleep(5)
    await kept.close()
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    log(error.code)
  }
}

/** Records until that fails, and again from another process. */
async function fill(home: Home): Promise<void> {
  const run = await takeUp(home, ({ step }) => log(`found ${step}`))
  try {
    for (let step = 0; step < 100; step++) {
      await run.journal.append({ step, value: 'x'.repeat(1000) }, { durable: true })
      log(`safe ${step}`)
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    log(`${error.code} ${error.message.replace(/.*: /, '')}`)
  }
  await run.close()
}

/** Puts and gets the same few keys as everybody else. A value vouches for itself. */
async function share(home: Home): Promise<void> {
  const cache = openCache(home, { redact, now: Date.now })
  for (let turn = 0; turn < 150; turn++) {
    const number = Math.floor(Math.random() * 20)
    const key = contentKey(number)
    const found = cache.get(key)
    const value = { number, filler: String(number).repeat(number * 500) }
    if (!found.isHit) {
      if (found.warning !== undefined) log(`warning ${found.warning.message}`)
      const warning = await cache.put(key, value)
      if (warning !== undefined) log(`warning ${warning.message}`)
    } else log(JSON.stringify(found.value) === JSON.stringify(value) ? 'hit' : 'wrong')
    if (turn % 40 === 39) pruneCache(home, { maxBytes: 50_000, now: Date.now() })
  }
}

/** The real file system, until the given number of calls: then the process is gone before the next one. */
function mortalFiles(calls: number): FileSystem {
  let left = calls
  return new Proxy(systemFiles, {
    get(files, name, receiver) {
      const call: unknown = Reflect.get(files, name, receiver)
      if (left-- <= 0) process.kill(process.pid, 'SIGKILL')
      return call
    },
  })
}

const [mode, calls = 'Infinity'] = process.argv.slice(2)
const home = openHome('.', { fs: mortalFiles(Number(calls)), processes: systemProcesses() })
const modes = new Map([
  ['flow', flow],
  ['hold', hold],
  ['fill', fill],
  ['share', share],
])
await modes.get(mode ?? '')?.(home)
