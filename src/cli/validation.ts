import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { CompiledFlow } from '../graph/compile.ts'

/** What was found out about one flow. */
export interface Validation {
  /** As it was named on the command line. */
  readonly path: string
  /** Undefined when it cannot run. */
  readonly compiled: CompiledFlow | undefined
  readonly diagnostics: readonly Diagnostic[]
  /** Why there is no text to look at. */
  readonly unreadable?: { readonly message: string; readonly help?: string }
  /** With `--strict`: what has to be added to the flow, as a unified diff. */
  readonly patch?: string
}
