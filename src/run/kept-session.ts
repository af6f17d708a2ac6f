import type { SharedLimits } from '../llms/account.ts'
import { openCache } from '../store/cache.ts'
import type { Home } from '../store/home.ts'
import { openSharedLimits } from '../store/shared-limits.ts'
import { createRun, resumeRun, type KeptRun } from '../store/run-folder.ts'
import type { StoreError } from '../store/store-error.ts'
import { Memory } from './memory.ts'
import { Recollection } from './recollection.ts'

/** One time that a process works on a run: the first, or a later one that resumes it. */
export interface KeptSession {
  readonly memory: Memory
  /** What earlier sessions have left; undefined for the first one. */
  readonly recollection: Recollection | undefined
  /** Where other processes in this directory are met that call the same servers. */
  readonly sharedLimits: SharedLimits
  /**
   * Brings to the disk what is left to bring, and lets other processes have the run. A run that never began leaves nothing:
   * it would stand before the one that is worth resuming. Rejects with a `StoreError`.
   */
  close(): Promise<void>
  /** Lets other processes have the run at once, for a process that is about to exit. */
  release(): void
}

interface SessionOptions {
  readonly home: Home
  readonly runId: string
  /** The flow, for a list of runs. */
  readonly about: { readonly flow: string; readonly path: string }
  readonly resumes: boolean
  /** Whether the cache may answer, and is filled. */
  readonly useCache: boolean
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string
  readonly onWarning: (error: StoreError) => void
}

/** Begins to keep a run, or takes one up. Rejects with a `StoreError`. */
export async function openSession(options: SessionOptions): Promise<KeptSession> {
  const { home, runId, about, redact, onWarning } = options
  const recollection = options.resumes ? new Recollection() : undefined
  const kept: KeptRun =
    recollection === undefined
      ? await createRun(home, { runId, about, redact })
      : await resumeRun(home, { runId, redact, onRecord: (record) => recollection.add(record) })
  const cache = options.useCache ? openCache(home, { redact, now: () => Date.now() }) : undefined
  const memory = new Memory({ recollection, journal: kept.journal, cache, onWarning })
  const sharedLimits = openSharedLimits(home)
  return {
    memory,
    recollection,
    sharedLimits,
    release() {
      sharedLimits.close()
      kept.release()
    },
    async close() {
      sharedLimits.close()
      await memory.settle()
      await (kept.journal.isEmpty ? kept.discard() : kept.close())
    },
  }
}
