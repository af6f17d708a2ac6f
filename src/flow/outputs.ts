import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { shortList } from '../diagnostics/short-list.ts'
import type { Related } from '../diagnostics/diagnostic.ts'
import type { MapNode } from '../document/node.ts'
import type { Span } from '../source/span.ts'
import { PREVIOUS, type Input, type Producer } from './flow.ts'
import { countItems } from './for-each.ts'
import { GlobSearch, isGlob } from './glob.ts'
import { child, itemsOf, textNode } from './reader.ts'
import type { DraftStep } from './steps.ts'

/** Which step gives which output key. A key that two steps give, or a step and an input, is an error. */
export function findProducers(
  drafts: readonly DraftStep[],
  inputs: ReadonlyMap<string, Input> | undefined,
  diagnosis: Diagnosis,
): Map<string, Producer> {
  const producers = new Map<string, Producer>()
  for (const [position, draft] of drafts.entries()) {
    const { step } = draft
    const span = textNode(child(draft.node, 'output_key'))?.span ?? step.span
    if (producers.size + countKeys(draft) > MOST_KEYS) {
      diagnosis.error('too-many-items', span, `the steps give more than ${MOST_KEYS} output keys`, {
        help: 'leave {index} out of an output_key: the step then gives one list',
      })
      break
    }
    for (const [item, key] of outputKeys(draft)) {
      const other = producers.get(key)
      const input = inputs?.get(key)
      const otherSpan = other === undefined ? input?.span : drafts[other.step]?.step.span
      if (otherSpan === undefined) {
        producers.set(key, { step: position, item })
        continue
      } else if (other === undefined) {
        diagnosis.error('output-is-input', span, `step "${step.id}" gives "${key}", which is an input`, {
          related: [{ message: 'declared as an input here', span: otherSpan }],
          help: 'give the step another output_key, or rename the input',
        })
      } else {
        diagnosis.error('duplicate-output', span, `step "${step.id}" gives "${key}", and so does another`, {
          related: [{ message: 'the other step is here', span: otherSpan }],
          help: 'each output key belongs to one step; rename one of them',
        })
      }
      break
    }
  }
  return producers
}

/** Of one flow. Each takes memory, and a small file can ask for millions. */
const MOST_KEYS = 500_000

function countKeys({ step }: DraftStep): number {
  if (!step.outputKey.includes('{index}')) return 1
  return step.forEach === undefined ? 0 : (countItems(step.forEach.items) ?? 0)
}

/** The output keys of a step, each with its item when every item has one. */
function outputKeys(draft: DraftStep): (readonly [item: number | undefined, key: string])[] {
  const { step } = draft
  if (!step.outputKey.includes('{index}')) return [[undefined, step.outputKey]]
  return Array.from(
    { length: countKeys(draft) },
    (_, index) => [index, step.outputKey.replaceAll('{index}', String(index))] as const,
  )
}

/**
 * Whether a key or a pattern may be an output of a step that could not be read, or of items whose number is not known.
 * Nothing is said about those: the step itself has been reported.
 */
export function unreadOutputs(
  drafts: readonly DraftStep[],
  unreadSteps: ReadonlySet<string>,
): (key: string) => boolean {
  const patterns = drafts
    .filter((draft) => draft.step.forEach !== undefined && countKeys(draft) === 0)
    .map(({ step }) => step.outputKey.replaceAll('{index}', '*'))
  const search = new GlobSearch()
  return (key) =>
    unreadSteps.has(key) ||
    patterns.some(
      (pattern) =>
        search.among(pattern, [key]).length > 0 || (isGlob(key) && search.among(key, [pattern]).length > 0),
    ) ||
    search.isExhausted
}

/** A step's items and index must not hide a variable: the reader of a template could not tell which is meant. */
export function checkLocals(
  drafts: readonly DraftStep[],
  producers: ReadonlyMap<string, Producer>,
  inputs: ReadonlyMap<string, Input>,
  diagnosis: Diagnosis,
): void {
  for (const { step, node, locals } of drafts) {
    for (const local of locals) {
      const hidden = inputs.get(local)
      if (hidden === undefined && !producers.has(local)) continue
      const isPrevious = local === PREVIOUS && local !== step.forEach?.as
      const source = isPrevious ? 'repeat' : 'for_each'
      const span = isPrevious ? undefined : textNode(child(node, 'as'))?.span
      diagnosis.error(
        'hidden-variable',
        span ?? node.entries.get(source)?.keySpan ?? step.span,
        `in step "${step.id}" "${local}" is both ${isPrevious ? 'what the round before gave' : 'an item of "for_each"'} and ${hidden === undefined ? 'an output' : 'an input'}`,
        {
          help: local === 'index' || isPrevious ? 'rename the other one' : 'choose another name with "as"',
        },
      )
    }
  }
}

/** The keys that make the result: those that `outputs` names, or all. */
export function readOutputs(
  root: MapNode,
  {
    drafts,
    producers,
    isUnreadOutput,
    isReported,
    diagnosis,
  }: {
    readonly drafts: readonly DraftStep[]
    readonly producers: ReadonlyMap<string, Producer>
    readonly isUnreadOutput: (key: string) => boolean
    /** Whether an error about this key has been given, to which the place belongs. */
    readonly isReported: (key: string, span: Span) => boolean
    readonly diagnosis: Diagnosis
  },
): readonly string[] {
  const node = child(root, 'outputs')
  if (node === undefined) return [...producers.keys()]
  const outputs = new Map<string, Span>()
  const search = new GlobSearch()
  const declaration = (key: string | undefined): readonly Related[] => {
    const draft = drafts[producers.get(key ?? '')?.step ?? -1]
    if (draft === undefined) return []
    const span = textNode(child(draft.node, 'output_key'))?.span ?? draft.step.span
    return [{ message: 'it is declared here', span }]
  }
  const keyOfStep = new Map(drafts.map(({ step }) => [step.id, step.outputKey]))
  for (const item of itemsOf(node)) {
    const pattern = textNode(item)
    if (pattern === undefined) continue
    const glob = isGlob(pattern.value)
    const keys = glob
      ? search.among(pattern.value, producers.keys())
      : producers.has(pattern.value)
        ? [pattern.value]
        : []
    if (search.isExhausted) {
      diagnosis.error('out-of-range', pattern.span, 'the patterns of "outputs" take too long to look up', {
        help: 'use fewer patterns, or patterns with fewer *',
      })
      break
    }
    if (keys.length === 0 && !isUnreadOutput(pattern.value) && !isReported(pattern.value, pattern.span)) {
      const guess = glob
        ? undefined
        : (diagnosis.guesses.closest(pattern.value, producers.keys()) ?? keyOfStep.get(pattern.value))
      diagnosis.error(
        'unknown-output',
        pattern.span,
        glob ? `no output key matches "${pattern.value}"` : `no step gives "${pattern.value}"`,
        {
          help:
            guess === undefined ? `the output keys are ${shortList(producers)}` : `did you mean "${guess}"?`,
          related: declaration(guess),
        },
      )
      if (guess !== undefined) outputs.set(guess, pattern.span)
    }
    for (const key of keys) {
      const before = outputs.get(key)
      if (before === undefined) outputs.set(key, pattern.span)
      else if (!glob) {
        diagnosis.warning('repeated-output', pattern.span, `"${key}" is already among the outputs`, {
          related: [{ message: 'first here', span: before }],
          help: 'remove one of them',
        })
      }
    }
  }
  return [...outputs.keys()]
}
