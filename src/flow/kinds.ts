import type { Entry, MapNode } from '../document/node.ts'
import type { FlowFolder } from '../source/flow-folder.ts'
import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Step, StepBase, StepKind } from './flow.ts'
import type { WrittenCondition } from './conditions.ts'
import type { InnerFlows } from './inner-flows.ts'
import { readCommandStep } from './kinds/command.ts'
import { readFlowStep } from './kinds/flow.ts'
import { readFunctionStep } from './kinds/function.ts'
import { readIndexStep } from './kinds/index.ts'
import { readLlmStep } from './kinds/llm.ts'
import { readSearchStep } from './kinds/search.ts'
import { readValueStep } from './kinds/value.ts'
import type { Conversations } from './conversations.ts'
import type { Llms } from './llms.ts'
import type { Retrieval } from './retrieval.ts'
import type { Templates, WrittenTemplate } from './texts.ts'
import type { Tools } from './tools.ts'

/** What a step is read from. */
export interface StepReading {
  readonly entry: Entry
  readonly node: MapNode
  /** What steps of every kind have. */
  readonly base: StepBase
  /** Takes the templates that are found, so that their variables are looked at. */
  readonly templates: WrittenTemplate[]
  /** Takes the conditions that are found and that see what the templates see. */
  readonly conditions: WrittenCondition[]
  readonly surroundings: Surroundings
}

/** What a step may refer to in the flow around it. */
export interface Surroundings {
  readonly llms: Llms
  readonly templates: Templates
  readonly retrieval: Retrieval
  readonly conversations: Conversations
  readonly tools: Tools
  /** Undefined for a flow that is not a file. */
  readonly folder: FlowFolder | undefined
  /** Undefined for a flow that is not a file. */
  readonly innerFlows: InnerFlows | undefined
  readonly maxItems: number
  readonly diagnosis: Diagnosis
}

interface Kind {
  /** The keys of which a step has exactly one, each with what stands there; they decide its kind. */
  readonly verbs: Readonly<Record<string, string>>
  readonly read: (reading: StepReading) => Step
}

/** Every kind of step. How one runs is said in `steps/`. */
const kinds = {
  llm: { verbs: { prompt: 'TEXT', template: 'NAME' }, read: readLlmStep },
  value: { verbs: { value: '…' }, read: readValueStep },
  search: { verbs: { search: 'STORE' }, read: readSearchStep },
  index: { verbs: { index: 'STORE' }, read: readIndexStep },
  flow: { verbs: { flow: 'FILE' }, read: readFlowStep },
  function: { verbs: { function: './FILE#EXPORT' }, read: readFunctionStep },
  command: { verbs: { command: '[PROGRAM, …]' }, read: readCommandStep },
} as const satisfies Partial<Record<StepKind, Kind>>

const byVerb: ReadonlyMap<string, Kind> = new Map(
  Object.values<Kind>(kinds).flatMap((kind) => Object.keys(kind.verbs).map((verb) => [verb, kind])),
)

/** The keys of which a step has exactly one, in the order in which they are documented. */
export const verbs: readonly string[] = [...byVerb.keys()]

/** The verbs with what stands there: `"prompt: TEXT"`. */
export const verbExamples: readonly string[] = Object.values<Kind>(kinds).flatMap((kind) =>
  Object.entries(kind.verbs).map(([verb, value]) => `"${verb}: ${value}"`),
)

/** Reads a step of the kind that its verb says; without a verb, as one that calls a model. */
export function readKind(reading: StepReading): Step {
  const verb = verbs.find((one) => reading.node.entries.has(one))
  return (byVerb.get(verb ?? '') ?? kinds.llm).read(reading)
}
