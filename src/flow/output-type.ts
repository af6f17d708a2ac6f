import type { Step } from './flow.ts'
import { typeOfSchema } from './schema-type.ts'
import { exactly, listOf, numberType, textType, unknownType, type ValueType } from './value-type.ts'

/** One document that a search has found. What is known of it, only the store can say. */
const hitType = exactly(
  new Map<string, ValueType>([
    ['id', textType],
    ['text', textType],
    ['score', numberType],
    ['metadata', { kind: 'object', entries: new Map(), required: new Set(), others: 'unknown' }],
  ]),
)

const indexedType = exactly(new Map([['documents', numberType]]))

/** The type of what a step gives, where its kind alone says it; undefined where it follows from other values. */
export function outputTypeOf(step: Step): ValueType | undefined {
  switch (step.kind) {
    case 'llm':
      return step.outputSchema === undefined ? textType : typeOfSchema(step.outputSchema.schema)
    case 'value':
      return undefined
    case 'command':
      return { text: textType, lines: listOf(textType), json: unknownType }[step.output]
    case 'search':
      return listOf(hitType, step.onEmpty === 'error' ? 1 : 0, step.topK)
    case 'index':
      return indexedType
    case 'flow':
      return step.outputs
    case 'function':
      return unknownType
  }
}
