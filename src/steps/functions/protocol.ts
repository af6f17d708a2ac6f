import type { RunError } from '../../run/events.ts'
import type { Json } from '../../source/json.ts'

/** What the thread that runs functions is told. `call` numbers what is asked, so that answers may come in any order. */
export type Request =
  /** Imports the module and looks for the function, without calling it. */
  | { readonly kind: 'load'; readonly call: number; readonly path: string; readonly export: string }
  /** `tell`: what it gives does not matter. */
  | {
      readonly kind: 'call' | 'tell'
      readonly call: number
      readonly path: string
      readonly export: string
      readonly argument: unknown
    }
  /** Nobody waits for the answer any more. */
  | { readonly kind: 'stop'; readonly call: number }

/** What the thread says. */
export type Reply =
  /** The work on it has begun: it may have had effects. */
  | { readonly kind: 'begun'; readonly call: number }
  | { readonly kind: 'answer'; readonly call: number; readonly answer: FunctionAnswer }
  /** The call has been told to stop; whether it does is up to it. */
  | { readonly kind: 'stopped'; readonly call: number }
  /** Something was thrown that belongs to no call. */
  | { readonly kind: 'stray'; readonly message: string }

/** What a function gave, or why it gave nothing. */
export type FunctionAnswer =
  { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly error: RunError }

/** What the thread is started with. */
export interface ThreadData {
  /** The folder that places in user code are shown relative to; absolute, with symbolic links resolved. */
  readonly root: string
}
