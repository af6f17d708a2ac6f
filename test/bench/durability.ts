import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openCache } from '../../src/store/cache.ts'
import { contentKey } from '../../src/store/canonical-json.ts'
import { systemFiles, type FileSystem } from '../../src/store/file-system.ts'
import { openHome } from '../../src/store/home.ts'
import { systemProcesses } from '../../src/store/processes.ts'
import { createRun, readRun } from '../../src/store/run-folder.ts'
import { row } from './figures.ts'

const RECORDS = 2000
const WRITERS = 64
/** What a step waits for anyway: a quick answer of a model. */
const CALL_MS = 200
const outcome = { type: 'step-succeeded', step: 'critic[3]', generated: 'word '.repeat(400) }
const redact = (text: string): string => text

/** What it costs that nothing paid for is lost, on the disk that the working directory is on. */
export async function durability(): Promise<void> {
  // A folder for temporary files may be in memory, where nothing is ever waited for.
  const parent = join('node_modules', '.cache')
  mkdirSync(parent, { recursive: true })
  const directory = mkdtempSync(join(parent, 'llmflows-durability-'))
  try {
    let syncs = 0
    const fs: FileSystem = { ...systemFiles, syncData: (file) => (syncs++, systemFiles.syncData(file)) }
    const home = openHome(directory, { fs, processes: systemProcesses() })
    const begin = performance.now()
    const { journal, close } = await createRun(home, { runId: 'bench', about: null, redact })
    row('begin a run: folder, lock, journal', one(performance.now() - begin))
    show('append 2 KB', await repeated(() => journal.append(outcome)))
    await journal.append(outcome, { durable: true })
    const alone = show('append 2 KB and wait for the disk', await repeated(() => durable()))
    syncs = 0
    const start = performance.now()
    const together = await Promise.all(Array.from({ length: WRITERS }, () => repeated(() => durable(), 50)))
    const ms = performance.now() - start
    show(`the same, ${WRITERS} at a time`, together.flat())
    row(
      '  records a second, and for one wait',
      `${Math.round((WRITERS * 50 * 1000) / ms)}, ${((WRITERS * 50) / syncs).toFixed(1)}`,
    )
    row(
      'share of a step that calls a model',
      `${((100 * alone) / CALL_MS).toFixed(2)} % of ${CALL_MS} ms`,
      `${alone.toFixed(2)} ms   goal < 1   ${alone < 1 ? 'met' : 'MISSED'}`,
    )
    await close()
    const reading = performance.now()
    const { lines, bytes } = readRun(home, { runId: 'bench', onRecord: () => {} })
    row(
      `read a journal of ${lines} records, ${Math.round(bytes / 2 ** 20)} MB`,
      one(performance.now() - reading),
    )
    const cache = openCache(home, { redact, now: Date.now })
    let put = 0
    show('put an answer into the cache', await repeated(() => cache.put(contentKey(put++), outcome), 300))
    let got = 0
    show('get one', await repeated(() => void cache.get(contentKey(got++ % 300))))
    async function durable(): Promise<void> {
      await journal.append(outcome, { durable: true })
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function repeated(work: () => unknown, times = RECORDS): Promise<readonly number[]> {
  const samples: number[] = []
  for (let time = 0; time < times; time++) {
    const begin = performance.now()
    await work()
    samples.push(performance.now() - begin)
  }
  return samples
}

/** Shows how long something takes as a rule and at worst; the former. */
function show(name: string, samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.round(part * (sorted.length - 1))] ?? NaN
  row(name, `p50 ${at(0.5).toFixed(3)}  p95 ${at(0.95).toFixed(3)}  p99 ${at(0.99).toFixed(3)}`)
  return at(0.5)
}

function one(ms: number): string {
  return ms.toFixed(2)
}
