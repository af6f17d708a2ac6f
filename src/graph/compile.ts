import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { readDocument } from '../document/document.ts'
import type { DocumentLimits } from '../document/limits.ts'
import { overrideDocument, type Override } from '../document/override.ts'
import { checkFlow, type CheckOptions } from '../flow/check.ts'
import type { Flow } from '../flow/flow.ts'
import type { SourceFile } from '../source/source-file.ts'
import { checkGraph } from './check.ts'
import type { Graph } from './graph.ts'

/** A flow that can run, and its graph. Immutable: it may run any number of times, also at the same time. */
export interface CompiledFlow {
  readonly flow: Flow
  readonly graph: Graph
}

export interface Compilation {
  /** Undefined when there is an error. */
  readonly compiled?: CompiledFlow
  /** All that was found, in the order of the stages. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface CompileOptions extends CheckOptions {
  readonly limits?: DocumentLimits
  /** Values that replace those of the file. */
  readonly overrides?: readonly Override[]
  /** Whether every edge must be written in `connections`. Default false. */
  readonly strict?: boolean
}

/** Text → document → flow → graph. Never throws for any text. */
export function compileFlow(file: SourceFile, options: CompileOptions): Compilation {
  const document = readDocument(file, options.limits)
  if (document.root === undefined) return { diagnostics: document.diagnostics }
  const overridden = overrideDocument(document.root, options.overrides ?? [])
  const read = [...document.diagnostics, ...overridden.diagnostics]
  const checked = checkFlow(overridden.root, file, options)
  const found = [...read, ...checked.diagnostics]
  if (checked.flow === undefined) return { diagnostics: found }
  const { graph, diagnostics } = checkGraph(checked.flow, options.strict ?? false)
  const all = [...found, ...diagnostics]
  const broken = graph === undefined || read.some(({ severity }) => severity === 'error')
  return broken ? { diagnostics: all } : { compiled: { flow: checked.flow, graph }, diagnostics: all }
}
