import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Conversations } from './conversations.ts'
import type { Flow } from './flow.ts'
import type { Retrieval } from './retrieval.ts'
import type { Templates } from './texts.ts'
import type { Tools } from './tools.ts'
import type { Variables } from './variables.ts'

interface Facts {
  readonly templates: Templates
  readonly retrieval: Retrieval
  readonly conversations: Conversations
  readonly tools: Tools
  readonly variables: Variables
  readonly diagnosis: Diagnosis
  /** Whether the flow names its outputs; otherwise every output is part of the result. */
  readonly outputsWritten: boolean
}

/** Warns of what a flow declares and never uses: most often it was meant to be used. */
export function reportUnused(
  flow: Flow,
  { templates, retrieval, conversations, tools, variables, diagnosis, outputsWritten }: Facts,
): void {
  templates.reportUnused()
  retrieval.reportUnused()
  conversations.reportUnused()
  tools.reportUnused()
  for (const input of flow.inputs.values()) {
    if (variables.isUsed(input.name)) continue
    diagnosis.warning('unused-input', input.span, `no step uses the input "${input.name}"`, {
      help: `write {${input.name}} in a prompt, or remove it`,
    })
  }
  const called = new Set(flow.steps.map((step) => (step.kind === 'llm' ? step.llm.name : undefined)))
  for (const [name, span] of flow.llmSpans) {
    if (!called.has(name))
      diagnosis.warning('unused-llm', span, `no step calls the llm "${name}"`, {
        help: 'remove it, or name it in a step with "llm:"',
      })
  }
  if (!outputsWritten) return
  const outputs = new Set(flow.outputs)
  const wanted = new Set<number>()
  for (const [key, { step }] of flow.producers)
    if (outputs.has(key) || variables.isUsed(key)) wanted.add(step)
  for (const [position, step] of flow.steps.entries()) {
    if (wanted.has(position)) continue
    diagnosis.warning(
      'unused-step',
      step.span,
      `nothing uses what step "${step.id}" gives, and it is not among the outputs`,
      {
        help: `add "${step.outputKey}" to the outputs, or remove the step`,
      },
    )
  }
}
