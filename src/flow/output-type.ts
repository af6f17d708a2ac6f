import type { Step } from './flow.ts'
import { listOf, textType, unknownType, type ValueType } from './value-type.ts'

/** The type of what a step gives, where its kind alone says it; undefined where it follows from other values. */
export function outputTypeOf(step: Step): ValueType | undefined {
  switch (step.kind) {
    case 'llm':
      return textType
    case 'value':
      return undefined
    case 'command':
      return { text: textType, lines: listOf(textType), json: unknownType }[step.output]
    case 'function':
    case 'search':
    case 'index':
    case 'flow':
      return unknownType
  }
}
