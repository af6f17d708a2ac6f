import type { Node } from '../../document/node.ts'
import { solePlaceholder } from '../../template/template.ts'
import type { ValueTemplate } from '../../template/value-template.ts'
import type { SearchStep } from '../flow.ts'
import type { StepReading } from '../kinds.ts'
import { child, entriesOf, numberAt, textAt } from '../reader.ts'
import { readValue } from '../values.ts'

const DEFAULT_TOP_K = 5
const DEFAULT_MAX_RETRIES = 3
const OPERATORS: ReadonlySet<string> = new Set(['gt', 'gte', 'lt', 'lte'])

/** A step that looks up the documents of a store that are nearest to a text. */
export function readSearchStep({ entry, node, base, templates, surroundings }: StepReading): SearchStep {
  const { retrieval, diagnosis } = surroundings
  const query = child(node, 'query')
  const filter = child(node, 'filter')
  const read = filter === undefined ? undefined : readValue(filter, templates)
  for (const { key, keySpan, value } of entriesOf(filter)) {
    const problem = conditionProblem(key, value, read)
    if (problem === undefined) continue
    diagnosis.error('bad-filter', keySpan, `the filter of step "${entry.key}" ${problem}`, {
      help: 'write it like { lang: en, kind: { in: [guide, reference] }, year: { gte: 2020, lt: 2024 } }',
    })
  }
  return {
    ...base,
    kind: 'search',
    store: retrieval.find(child(node, 'search'), `step "${entry.key}"`),
    query: query === undefined ? { kind: 'constant', value: null } : readValue(query, templates),
    topK: numberAt(node, 'top_k') ?? DEFAULT_TOP_K,
    minScore: numberAt(node, 'min_score'),
    filter: read,
    onEmpty: textAt(node, 'on_empty') === 'continue' ? 'continue' : 'error',
    maxRetries: numberAt(node, 'max_retries') ?? DEFAULT_MAX_RETRIES,
  }
}

/** What is wrong with a condition as it is written; what a variable brings is looked at when the flow runs. */
function conditionProblem(name: string, node: Node, filter: ValueTemplate | undefined): string | undefined {
  if (!/^(?!(?:__proto__|prototype|constructor)$)[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)) {
    return `has "${name}", which no metadata can be called`
  }
  if (node.kind === 'list') return `has a list under "${name}"; one of several is written { in: [a, b] }`
  if (node.kind !== 'map') {
    return node.value === null ? `has nothing under "${name}"` : undefined
  }
  const written = filter?.kind === 'object' ? filter.entries.get(name) : undefined
  const operands = written?.kind === 'object' ? written.entries : new Map<string, ValueTemplate>()
  if (operands.size === 0) return `has an empty comparison under "${name}"`
  for (const [operator, operand] of operands) {
    if (operator === 'in' && operands.size === 1) {
      if (operand.kind === 'list' || isVariable(operand)) continue
      return `has no list in "in" of "${name}"`
    }
    if (!OPERATORS.has(operator)) {
      return `compares "${name}" by "${operator}"; there are in, or gt, gte, lt and lte`
    }
    const isNumber = operand.kind === 'constant' && typeof operand.value === 'number'
    if (!isNumber && !isVariable(operand)) return `compares "${name}" with something else than a number`
  }
  return undefined
}

/** Whether a value is one placeholder, which keeps the type of what it stands for. */
function isVariable(value: ValueTemplate): boolean {
  if (value.kind !== 'text') return false
  const placeholder = solePlaceholder(value.template)
  return placeholder !== undefined && placeholder.formatter === undefined
}
