import { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { readDocument } from '../document/document.ts'
import type { DocumentLimits } from '../document/limits.ts'
import type { Node } from '../document/node.ts'
import { overrideDocument, type Override } from '../document/override.ts'
import { checkFlow, type CheckOptions } from '../flow/check.ts'
import type { Flow } from '../flow/flow.ts'
import type { SourceFile } from '../source/source-file.ts'
import { checkGraph } from './check.ts'
import type { Graph } from './graph.ts'
import { innerOverrides } from './inner-overrides.ts'
import { checkStepCount } from './inner-steps.ts'
import { NestedFlows } from './nested-flows.ts'

/** A flow that can run, and its graph. Immutable: it may run any number of times, also at the same time. */
export interface CompiledFlow {
  readonly flow: Flow
  readonly graph: Graph
  /** The flows that its steps run; those that several steps run, once. */
  readonly inner: ReadonlyMap<Flow, CompiledFlow>
}

export interface Compilation {
  /** Undefined when there is an error. */
  readonly compiled?: CompiledFlow
  /** All that was found, in the order of the stages; what was found in the flows inside comes last. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface CompileOptions extends Omit<CheckOptions, 'innerFlows'> {
  readonly limits?: DocumentLimits
  /** Values that replace those of the file. */
  readonly overrides?: readonly Override[]
  /** Values of LLMs in the flows inside, where there is one of that name. */
  readonly innerOverrides?: readonly Override[]
  /** Whether every edge must be written in `connections`; not asked of flows inside. Default false. */
  readonly strict?: boolean
}

/** Text → document → flow → graph, and the same for the flows inside. Never throws for any text. */
export function compileFlow(file: SourceFile, options: CompileOptions): Compilation {
  const { overrides = [], innerOverrides: ofInner = [] } = options
  const nested: NestedFlows = new NestedFlows(options.folder, (inner, folder) =>
    compileOne(inner, { ...options, folder, strict: false }, nested, (root) => innerOverrides(root, ofInner)),
  )
  const { compiled, diagnostics } = compileOne(file, options, nested, () => overrides)
  const all = [...diagnostics, ...nested.diagnostics]
  const isBroken = nested.diagnostics.some(({ severity }) => severity === 'error')
  return compiled === undefined || isBroken ? { diagnostics: all } : { compiled, diagnostics: all }
}

function compileOne(
  file: SourceFile,
  options: CompileOptions,
  nested: NestedFlows,
  overridesOf: (root: Node) => readonly Override[],
): Compilation {
  const document = readDocument(file, options.limits)
  if (document.root === undefined) return { diagnostics: document.diagnostics }
  const overridden = overrideDocument(document.root, overridesOf(document.root))
  const read = [...document.diagnostics, ...overridden.diagnostics]
  const innerFlows = options.folder === undefined ? undefined : nested.of(options.folder)
  const checked = checkFlow(overridden.root, file, { ...options, innerFlows })
  const found = [...read, ...checked.diagnostics]
  if (checked.flow === undefined) return { diagnostics: found }
  const { flow } = checked
  const { graph, diagnostics } = checkGraph(flow, options.strict ?? false)
  const inner = nested.inside(flow)
  const diagnosis = new Diagnosis()
  checkStepCount(flow, inner, diagnosis)
  const all = [...found, ...diagnostics, ...diagnosis.diagnostics]
  const isBroken = diagnosis.hasErrors || read.some(({ severity }) => severity === 'error')
  return graph === undefined || isBroken
    ? { diagnostics: all }
    : { compiled: { flow, graph, inner }, diagnostics: all }
}
