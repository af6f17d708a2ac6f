import type { Step, StepKind } from '../../flow/flow.ts'

/** What a step does, in a word or two: its model, its function, its program, what it searches. */
export function deedOf(step: Step): string {
  switch (step.kind) {
    case 'llm':
      return step.llm.model
    case 'value':
      return 'value'
    case 'function':
      return `function ${step.function.text.replace(/^\.\//, '')}`
    case 'command':
      return `command ${step.argv[0]?.text ?? ''}`
    case 'search':
    case 'index':
      return `${step.kind} ${step.store}`
    case 'flow':
      return `flow ${step.flow.name}`
  }
}

/** How boxes look: what asks a model is square, code has six sides, a store is a cylinder, a flow has two walls. */
interface Shape {
  /** What stands around a label in Mermaid. */
  readonly mermaid: readonly [string, string]
  /** Attributes of a node of Graphviz. */
  readonly dot: readonly string[]
  readonly isRounded: boolean
}

const plain: Shape = { mermaid: ['[', ']'], dot: [], isRounded: false }
const round: Shape = { mermaid: ['([', '])'], dot: [], isRounded: true }
const code: Shape = { mermaid: ['{{', '}}'], dot: ['shape=hexagon'], isRounded: false }
const store: Shape = { mermaid: ['[(', ')]'], dot: ['shape=cylinder'], isRounded: false }
const walled: Shape = { mermaid: ['[[', ']]'], dot: ['peripheries=2'], isRounded: false }

/** The shape of a step in drawings of other programs. */
export const shapes: Readonly<Record<StepKind, Shape>> = {
  llm: plain,
  value: round,
  function: code,
  command: code,
  search: store,
  index: store,
  flow: walled,
}
