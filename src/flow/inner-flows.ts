import type { Flow } from './flow.ts'
import type { ValueType } from './value-type.ts'

/** Finds the flows that steps run. Reading one means checking and compiling it, which is more than is known here. */
export interface InnerFlows {
  /** The flow in a file that is named relative to the folder of the flow that names it. */
  find(path: string): FoundFlow
}

export type FoundFlow =
  | { readonly kind: 'found'; readonly flow: Flow; readonly outputs: ValueType }
  /** There are mistakes in it, which are reported where they are. */
  | { readonly kind: 'broken' }
  /** `problem` is the end of a sentence that names the file. */
  | { readonly kind: 'refused'; readonly problem: string; readonly help?: string | undefined }
