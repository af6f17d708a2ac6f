import { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { MapNode, Node } from '../document/node.ts'
import type { FlowFolder } from '../source/flow-folder.ts'
import type { SourceFile } from '../source/source-file.ts'
import { readConnections } from './connections.ts'
import { Conversations } from './conversations.ts'
import type { Flow, ForEach, Input, Step, WrittenBudget } from './flow.ts'
import type { InnerFlows } from './inner-flows.ts'
import { readHooks } from './hooks.ts'
import { readInputs } from './inputs.ts'
import { readLlms } from './llms.ts'
import { checkLocals, findProducers, readOutputs, unreadOutputs } from './outputs.ts'
import { child, numberAt, textAt } from './reader.ts'
import { Retrieval } from './retrieval.ts'
import { withSchemaFiles } from './schema-files.ts'
import { checkShape } from './shape.ts'
import { readSteps, unreadSteps } from './steps.ts'
import { Templates } from './texts.ts'
import { Tools } from './tools.ts'
import { checkTypes } from './type-check.ts'
import { reportUnused } from './unused.ts'
import { Variables } from './variables.ts'

export interface CheckOptions {
  /** Where template files are read from; undefined for a flow that is not a file. */
  readonly folder: FlowFolder | undefined
  /** Undefined for a flow that is not a file. */
  readonly innerFlows?: InnerFlows | undefined
  /** Model of the openai provider when a flow names none. */
  readonly defaultModel: string
  /** The most items a `for_each` may have. */
  readonly maxItems: number
}

export interface CheckedFlow {
  /** Undefined when there is an error. */
  readonly flow?: Flow
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Makes a flow of a document: its shape held against the schema, every name resolved. All mistakes that can be found
 * are reported, each once. Where a name is misspelt what follows goes on with the one that was meant, so that a slip
 * has no echoes.
 */
export function checkFlow(root: Node, source: SourceFile, options: CheckOptions): CheckedFlow {
  const diagnosis = new Diagnosis()
  const document = checkShape(withSchemaFiles(root, options.folder, diagnosis), diagnosis)
  if (document === undefined) return { diagnostics: diagnosis.diagnostics }
  const declared = readInputs(document, diagnosis)
  const llms = readLlms(document, options, diagnosis)
  const templates = new Templates(document, options.folder, diagnosis)
  const retrieval = new Retrieval(document, diagnosis)
  const conversations = new Conversations(document, templates, diagnosis)
  const { folder, innerFlows, maxItems } = options
  const tools = new Tools(document, { folder, innerFlows, diagnosis })
  const drafts = readSteps(document, {
    llms,
    templates,
    retrieval,
    conversations,
    tools,
    folder,
    innerFlows,
    maxItems,
    diagnosis,
  })
  const unread = new Set(unreadSteps(document))
  const producers = findProducers(drafts, declared, diagnosis)
  const isUnreadOutput = unreadOutputs(drafts, unread)
  const variables = new Variables({ drafts, producers, inputs: declared, isUnreadOutput, diagnosis })
  const used = drafts.map((draft) => variables.usesOf(draft))
  const steps = drafts.map((draft, position): Step => {
    const { step } = draft
    const uses = [...(used[position] ?? []), ...variables.usesOfConditions(draft)]
    return { ...step, forEach: placed(step.forEach, variables.inputs), uses }
  })
  checkLocals(drafts, producers, variables.inputs, diagnosis)
  checkTypes(steps, { drafts, inputs: variables.inputs, producers, diagnosis })
  const connections = readConnections(document, drafts, unread, diagnosis)
  const { isReported } = variables
  const outputs = readOutputs(document, { drafts, producers, isUnreadOutput, isReported, diagnosis })
  const flow: Flow = {
    name: textAt(document, 'name') ?? '',
    description: textAt(document, 'description'),
    source,
    inputs: variables.inputs,
    llms: llms.configs,
    llmSpans: llms.spans,
    vectorStores: retrieval.stores,
    conversations: conversations.all,
    steps,
    producers,
    connections,
    budget: readBudget(document),
    hooks: readHooks(document, options.folder, diagnosis),
    outputs,
  }
  // What stays unused because of a mistake is that mistake's echo.
  if (!diagnosis.hasErrors)
    reportUnused(flow, {
      templates,
      retrieval,
      conversations,
      tools,
      variables,
      diagnosis,
      outputsWritten: document.entries.has('outputs'),
    })
  const diagnostics = once(diagnosis.diagnostics)
  return diagnostics.some(({ severity }) => severity === 'error') ? { diagnostics } : { flow, diagnostics }
}

/** How many items there are is known before a run only where the list is an input. */
function placed(forEach: ForEach | undefined, inputs: ReadonlyMap<string, Input>): ForEach | undefined {
  if (forEach?.items.kind !== 'input') return forEach
  const { placeholder } = forEach.items
  const [reference, another] = placeholder.alternatives
  const isInput =
    reference?.kind === 'reference' &&
    another === undefined &&
    reference.path.length === 0 &&
    inputs.get(reference.variable)?.type === 'array'
  return isInput ? forEach : { ...forEach, items: { kind: 'output', placeholder } }
}

function readBudget(document: MapNode): WrittenBudget {
  const node = child(document, 'budget')
  return {
    calls: numberAt(node, 'max_calls'),
    tokens: numberAt(node, 'max_tokens'),
    cost: numberAt(node, 'max_cost'),
  }
}

/** A template that several steps use would say the same thing once for each. */
function once(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const said = new Set<string>()
  return diagnostics.filter(({ code, span, message }) => {
    const key = `${code} ${span.file.path} ${span.start} ${span.end} ${message}`
    if (said.has(key)) return false
    said.add(key)
    return true
  })
}
