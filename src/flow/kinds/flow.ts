import type { Diagnosis } from '../../diagnostics/diagnosis.ts'
import { shortList } from '../../diagnostics/short-list.ts'
import type { Entry, Node } from '../../document/node.ts'
import type { SourceFile } from '../../source/source-file.ts'
import type { ValueTemplate } from '../../template/value-template.ts'
import { readCondition } from '../conditions.ts'
import type { Flow, FlowStep, Repeat } from '../flow.ts'
import type { StepReading } from '../kinds.ts'
import { child, entriesOf, mapOf, numberAt, textNode } from '../reader.ts'
import { unknownType } from '../value-type.ts'
import { readValue } from '../values.ts'

/** A step that runs another flow. */
export function readFlowStep(reading: StepReading): FlowStep {
  const { entry, node, base, templates } = reading
  const found = findFlow(reading)
  const names = found === undefined ? new Map<string, string>() : matchInputs(entry, found.flow, reading)
  const given = new Map<string, ValueTemplate>()
  for (const { key, value } of entriesOf(child(node, 'with')))
    given.set(names.get(key) ?? key, readValue(value, templates))
  return {
    ...base,
    kind: 'flow',
    flow: found?.flow ?? unreadFlow(base.span.file),
    with: given,
    repeat: readRepeat(child(node, 'repeat'), reading),
    outputs: found?.outputs ?? unknownType,
  }
}

/** The flow that the step names; what is wrong with it has been reported. */
function findFlow({ node, surroundings }: StepReading) {
  const { innerFlows, diagnosis } = surroundings
  const path = textNode(child(node, 'flow'))
  // That it is no text, or an empty one, has been said by the shape check.
  if (path === undefined || path.value === '') return undefined
  if (innerFlows === undefined) {
    diagnosis.error('bad-file', path.span, 'a flow that is not a file has no folder to read other flows from')
    return undefined
  }
  const found = innerFlows.find(path.value)
  if (found.kind === 'found') return found
  if (found.kind === 'refused') {
    const help = found.help === undefined ? {} : { help: found.help }
    diagnosis.error('bad-file', path.span, `flow file "${path.value}" ${found.problem}`, help)
  }
  return undefined
}

/** Says which inputs the flow does not have and which it lacks; returns the names that were meant by those it does not have. */
function matchInputs(
  step: Entry,
  flow: Flow,
  { node, surroundings }: StepReading,
): ReadonlyMap<string, string> {
  const { diagnosis } = surroundings
  const written = mapOf(node)?.entries.get('with')
  const given = new Set([...entriesOf(written?.value)].map(({ key }) => key))
  const meant = new Map<string, string>()
  for (const { key, keySpan } of entriesOf(written?.value)) {
    if (flow.inputs.has(key)) continue
    const guess = closestInput(key, flow, given, diagnosis)
    if (guess !== undefined) meant.set(key, guess)
    const input = flow.inputs.get(guess ?? '')
    diagnosis.error('unknown-key', keySpan, `flow "${flow.name}" has no input "${key}"`, {
      help:
        guess !== undefined
          ? `did you mean "${guess}"?`
          : flow.inputs.size === 0
            ? 'the flow takes no inputs'
            : `its inputs are ${shortList(flow.inputs)}`,
      ...(input === undefined ? {} : { related: [{ message: 'it is declared here', span: input.span }] }),
    })
  }
  const known = new Set([...given, ...meant.values()])
  for (const input of flow.inputs.values()) {
    if (input.default !== undefined || known.has(input.name)) continue
    const span = written?.keySpan ?? mapOf(node)?.entries.get('flow')?.keySpan ?? step.keySpan
    diagnosis.error('missing-key', span, `step "${step.key}" gives flow "${flow.name}" no "${input.name}"`, {
      help: written === undefined ? `add "with: { ${input.name}: … }"` : `add "${input.name}: …" to "with"`,
      related: [{ message: 'the flow needs it here', span: input.span }],
    })
  }
  return meant
}

/** An input that nothing is given for, and that has a similar name. */
function closestInput(
  key: string,
  { inputs }: Flow,
  given: ReadonlySet<string>,
  diagnosis: Diagnosis,
): string | undefined {
  return diagnosis.guesses.closest(
    key,
    [...inputs.keys()].filter((name) => !given.has(name)),
  )
}

function readRepeat(node: Node | undefined, { conditions, surroundings }: StepReading): Repeat | undefined {
  if (mapOf(node) === undefined) return undefined
  const until = readCondition(textNode(child(node, 'until')), surroundings.diagnosis)
  if (until !== undefined) conditions.push(until)
  return { until: until?.condition, max: numberAt(node, 'max') ?? 1 }
}

/** Stands in for a flow that could not be read, in a flow that cannot run either. */
function unreadFlow(source: SourceFile): Flow {
  const none = new Map<string, never>()
  return {
    name: '',
    description: undefined,
    source,
    inputs: none,
    llms: none,
    llmSpans: none,
    vectorStores: none,
    conversations: none,
    steps: [],
    producers: none,
    connections: [],
    budget: { calls: undefined, tokens: undefined, cost: undefined },
    hooks: [],
    outputs: [],
  }
}
