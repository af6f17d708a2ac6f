import type { Flow } from '../flow/flow.ts'
import type { Lane } from '../llms/lane.ts'
import type { Llm, Message } from '../llms/llm.ts'
import type { World } from '../llms/world.ts'
import type { VectorStoreConfig } from '../flow/retrieval-config.ts'
import type { Embedder } from '../retrieval/embedder.ts'
import type { VectorStore } from '../retrieval/vector-store.ts'
import type { RunError, RunEvent } from '../run/events.ts'
import type { Json } from '../source/json.ts'
import type { Lookup } from '../template/render.ts'
import type { Unrenderable } from '../template/unrenderable.ts'
import type { Functions } from './functions/functions.ts'

/** What a step is given when it runs. It sees nothing else of the run. */
export interface StepContext {
  /** Its id in events, such as `critic[3]`. */
  readonly id: string
  /** Which item of a `for_each` it is; undefined for a step that runs once. */
  readonly index: number | undefined
  /** The value of any variable that the step may use. */
  readonly lookup: Lookup
  /** Aborted when the step must end: the run was stopped, or the step's time is over. */
  readonly signal: AbortSignal
  readonly world: World
  readonly emit: (event: RunEvent) => void
  /** The time for the next event, in milliseconds since the run started. */
  readonly at: () => number
  readonly llm: (name: string) => ReadyLlm
  readonly store: (name: string) => ReadyStore
  /** Calls a function of the user's modules, all of which are imported. */
  readonly callFunction: Functions['call']
  /** What the file of a function holds, as a hash. */
  readonly fingerprint: Functions['fingerprint']
  /** Absolute path of the flow's folder, in which its programs run. */
  readonly folder: string
  /**
   * The answer to what is asked of something other than a model; `make` gives it when it is not known yet. `parts`: all that
   * it depends on. An answer is recorded before the promise resolves. Rejects as `make` does.
   */
  readonly ask: (parts: Json, make: () => Promise<Json>) => Promise<Json>
  /** What was said before in the conversation of the step, oldest first; nothing without one. */
  readonly said: readonly Message[]
  /** Adds a prompt and its answer to the conversation of the step; without one nothing happens. */
  readonly say: (prompt: string, answer: string) => void
  /** Runs a flow inside the step, with these inputs; resolves when that has ended, however it has. A signal stops it before the step. */
  readonly runFlow: (flow: Flow, inputs: ReadonlyMap<string, Json>, signal?: AbortSignal) => Promise<InnerRun>
  /** Whether one more model call is within the run's limit; counts it. */
  readonly takeCall: () => boolean
  readonly keepRaw: boolean
}

/** An LLM that can be called, with its limits. */
export interface ReadyLlm {
  readonly llm: Llm
  readonly lane: Lane
  /** URL that its calls go to; null when it works in this process. */
  readonly endpoint: string | null
}

/** A vector store that can be used, with what makes its vectors and the limits of that. */
export interface ReadyStore {
  readonly config: VectorStoreConfig
  readonly store: VectorStore
  readonly embedder: Embedder
  readonly lane: Lane
  /** URL that texts are sent to for their vectors; null when those are made in this process. */
  readonly endpoint: string | null
}

/** How a flow ended that ran inside a step. `isPartial`: items have failed that were to hurt nothing else. */
export type InnerRun =
  | { readonly ok: true; readonly outputs: Readonly<Record<string, Json>>; readonly isPartial: boolean }
  /** The error names the step that failed. */
  | { readonly ok: false; readonly error: RunError }

/** How a step ended. `generated` is the model's text, also when it could not be accepted; `note` is for people. */
export type Outcome =
  | {
      readonly ok: true
      readonly value: Json
      readonly generated: string | null
      readonly note: string | null
    }
  | Failure

export interface Failure {
  readonly ok: false
  readonly error: RunError
  readonly generated: string | null
}

export function failure(
  code: string,
  message: string,
  more: { readonly help?: string; readonly generated?: string } = {},
): Outcome {
  const error: RunError = { code, message, ...(more.help === undefined ? {} : { help: more.help }) }
  return { ok: false, error, generated: more.generated ?? null }
}

/** A step whose templates cannot be filled in. */
export function unrenderable({ code, message, help }: Unrenderable): Outcome {
  return failure(code, message, help === undefined ? {} : { help })
}
