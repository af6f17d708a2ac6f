import { closest } from '../diagnostics/closest.ts'
import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Span } from '../source/span.ts'
import { written } from '../template/render.ts'
import type { Placeholder, Reference } from '../template/template.ts'
import { checkCondition } from './condition-types.ts'
import { checkFlowStep } from './flow-step-check.ts'
import { PREVIOUS, type Input, type Producer, type Step } from './flow.ts'
import { StepPresence } from './step-presence.ts'
import type { DraftStep } from './steps.ts'
import type { WrittenTemplate } from './texts.ts'
import {
  follow,
  placeholderType,
  VariableTypes,
  type Followed,
  type Presence,
  type TypeLookup,
} from './typed-values.ts'
import { canBeList, describeType, type ListType, type ObjectType } from './value-type.ts'

/** Formatters that make one text of the items of a list. */
const listFormatters = new Set(['lines', 'bullets', 'join'])

/** Holds every path and every formatter against the type of the value it is used on. */
export function checkTypes(
  steps: readonly Step[],
  {
    drafts,
    inputs,
    producers,
    diagnosis,
  }: {
    readonly drafts: readonly DraftStep[]
    readonly inputs: ReadonlyMap<string, Input>
    readonly producers: ReadonlyMap<string, Producer>
    readonly diagnosis: Diagnosis
  },
): void {
  const types = new VariableTypes(steps, inputs, producers)
  const { scenarios, isThere } = types
  for (const [position, { node, templates, outerTemplates, name, when, conditions }] of drafts.entries()) {
    const step = steps[position]
    if (step === undefined) continue
    const presence = new StepPresence({ steps, position, producers, scenarios, diagnosis })
    const check: Check = { inputs, diagnosis, lookup: types.outside, isThere, presence }
    presence.checkStep()
    if (when !== undefined)
      checkCondition(when, { typeOf: types.outside, checkPresence: presence.checkVariable }, diagnosis)
    checkItems(step, outerTemplates, check)
    const inner = { ...check, lookup: types.seenBy(step) }
    for (const template of templates) checkTemplate(template, inner)
    for (const template of outerTemplates) checkTemplate(template, check)
    if (step.kind === 'flow') checkFlowStep(step, { node, conditions, types, presence, diagnosis })
    // A name that cannot be rendered falls back to the id, so only what is never there is a mistake in it.
    for (const placeholder of placeholders(name)) checkPaths(placeholder, name, inner)
  }
}

interface Check {
  readonly inputs: ReadonlyMap<string, Input>
  readonly diagnosis: Diagnosis
  readonly lookup: TypeLookup
  readonly isThere: Presence
  readonly presence: StepPresence
}

/** `for_each: "{x}"` needs a list. */
function checkItems({ id, forEach }: Step, outer: readonly WrittenTemplate[], check: Check): void {
  if (forEach?.items.kind !== 'input' && forEach?.items.kind !== 'output') return
  const { placeholder } = forEach.items
  const [reference] = placeholder.alternatives
  const type = placeholderType(placeholder, check.lookup, check.isThere)
  const [text] = outer
  if (canBeList(type) || reference?.kind !== 'reference' || text === undefined) return
  const isInput = check.inputs.has(reference.variable) && reference.path.length === 0
  check.diagnosis.error(
    'bad-for-each',
    text.place(reference.start, reference.end),
    `step "${id}" runs for each item of a list, and {${written(reference)}} is ${describeType(type)}`,
    {
      help: isInput
        ? `declare it under "inputs:" as "${reference.variable}: { type: array }"`
        : 'use a list, or write how many items there are: for_each: 3',
    },
  )
}

function placeholders({ template }: WrittenTemplate): readonly Placeholder[] {
  return template.segments.filter((segment) => typeof segment === 'object')
}

function checkTemplate(text: WrittenTemplate, check: Check): void {
  for (const placeholder of placeholders(text)) {
    if (checkPaths(placeholder, text, check)) continue
    checkExistence(placeholder, text, check)
    checkFormatter(placeholder, text, check)
  }
}

/** Says of each path that leads nowhere where it ends; true when there is one. */
function checkPaths({ alternatives }: Placeholder, text: WrittenTemplate, check: Check): boolean {
  let isWrong = false
  for (const reference of alternatives) {
    if (reference.kind === 'literal' || reference.path.length === 0) continue
    const followed = follow(reference, check.lookup)
    if (followed.exists !== 'never') continue
    isWrong = true
    const before = written({ ...reference, path: reference.path.slice(0, followed.part) })
    const { message, help } = wrongPath(reference, before, followed, check)
    check.diagnosis.error('wrong-path', partSpan(reference, followed.part, text), message, { help })
  }
  return isWrong
}

/** Says of a placeholder that it may stand for nothing. */
function checkExistence(placeholder: Placeholder, text: WrittenTemplate, check: Check): void {
  if (placeholder.optional) return
  let last: { readonly reference: Reference; readonly followed: Followed } | undefined
  const wholes: Reference[] = []
  for (const reference of placeholder.alternatives) {
    if (reference.kind === 'literal') return
    const followed = follow(reference, check.lookup)
    if (followed.exists === 'always') wholes.push(reference)
    else last = { reference, followed }
  }
  if (check.presence.isCertain(wholes)) return
  if (last === undefined) {
    check.presence.reportMissing(placeholder, wholes, text)
    return
  }
  const { reference, followed } = last
  const part = reference.path[followed.part]
  const inner = text.template.text.slice(placeholder.start + 1, placeholder.end - 1)
  const [expression = ''] = inner.split(/\s*\|/)
  const formatter = inner.slice(expression.length)
  const before = written({ ...reference, path: reference.path.slice(0, followed.part) })
  const guess =
    followed.inside.kind === 'object' && typeof part === 'string' && !followed.inside.entries.has(part)
      ? closest(part, followed.inside.entries.keys())
      : undefined
  const fallback = `write {${expression} ?? "…"${formatter}}${placeholder.alternatives.length === 1 ? ` or {${expression}?${formatter}}` : ''}`
  const isInput = check.inputs.has(reference.variable)
  const help =
    guess !== undefined
      ? `did you mean {${before}.${guess}}? otherwise ${fallback}`
      : !isInput
        ? fallback
        : typeof part === 'number'
          ? `${fallback}, or raise "minItems" of the input`
          : `${fallback}, or list "${part ?? ''}" under "required" of the input`
  const isOfFirstRound =
    reference.variable === PREVIOUS && check.lookup(PREVIOUS) !== undefined && followed.part === 0
  const reason = isOfFirstRound
    ? 'before the first round there is none'
    : typeof part === 'number'
      ? `"${before}" may have fewer items`
      : `nothing requires "${before}" to have "${part ?? ''}"`
  check.diagnosis.error(
    'missing-value',
    partSpan(reference, followed.part, text),
    `{${expression}} may have no value: ${reason}`,
    { help },
  )
}

function checkFormatter(placeholder: Placeholder, text: WrittenTemplate, check: Check): void {
  const { formatter, alternatives } = placeholder
  if (formatter === undefined || !listFormatters.has(formatter.name)) return
  const type = placeholderType(placeholder, check.lookup, check.isThere)
  if (canBeList(type)) return
  const [first] = alternatives
  if (first?.kind !== 'reference') return
  const input = check.inputs.get(first.variable)
  const declare =
    input !== undefined && first.path.length === 0
      ? `; if it is a list, declare "${first.variable}: { type: array }" under "inputs:"`
      : ''
  const [expression = ''] = text.template.text
    .slice(placeholder.start + 1, placeholder.end - 1)
    .split(/\s*\|/)
  check.diagnosis.error(
    'wrong-formatter',
    text.place(formatter.start, formatter.end),
    `"${formatter.name}" formats lists, and {${expression}} is ${describeType(type)}`,
    { help: `write {${expression}}${declare}` },
  )
}

/** Why a path leads nowhere, and what to write instead. */
function wrongPath(
  { variable, path }: Reference,
  before: string,
  { part, inside }: Followed,
  check: Check,
): { readonly message: string; readonly help: string } {
  const key = path[part]
  const what = typeof key === 'number' ? `[${key}]` : `"${key ?? ''}"`
  if (inside.kind === 'list') {
    return typeof key === 'number'
      ? {
          message: `"${before}" has ${counted(inside)}, so there is no [${key}]`,
          help: itemsHelp(before, inside),
        }
      : {
          message: `"${before}" is ${describeType(inside)}, which has no ${what}`,
          help: `take one of its items first: {${before}[0]}, or print all of them: {${before} | bullets}`,
        }
  }
  if (inside.kind === 'object') {
    return typeof key === 'number'
      ? { message: `"${before}" is an object, which has no ${what}`, help: keysHelp(before, '', inside) }
      : { message: `"${before}" has no ${what}`, help: keysHelp(before, key ?? '', inside) }
  }
  const message = `"${before}" is ${describeType(inside)}, which has no ${what}`
  const input = check.inputs.get(variable)
  if (input === undefined || part > 0) return { message, help: `write {${before}}` }
  const type = typeof key === 'number' ? 'array' : 'object'
  return {
    message,
    help: `write {${before}}, or declare "${variable}: { type: ${type} }" under "inputs:"`,
  }
}

function counted({ atMost }: ListType): string {
  return atMost === 1 ? 'one item' : `${atMost} items`
}

function itemsHelp(before: string, { atMost }: ListType): string {
  return atMost < 1
    ? `write {${before}}`
    : `items are counted from 0, so the last one is {${before}[${atMost - 1}]}`
}

function keysHelp(before: string, key: string, { entries }: ObjectType): string {
  const guess = closest(key, entries.keys())
  if (guess !== undefined) return `did you mean {${before}.${guess}}?`
  const keys = [...entries.keys()].slice(0, 12)
  return keys.length === 0 ? `write {${before}}` : `its keys are ${keys.join(', ')}`
}

/** The place of one part of a path, without the dot or the bracket around it. */
function partSpan({ end, path }: Reference, part: number, text: WrittenTemplate): Span {
  let at = end
  for (const [position, key] of path.entries()) {
    const from = at + 1
    const to = typeof key === 'number' ? text.template.text.indexOf(']', from) : from + key.length
    if (position === part) return text.place(from, to)
    at = typeof key === 'number' ? to + 1 : to
  }
  return text.place(end, end)
}
