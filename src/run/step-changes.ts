import type { Json } from '../source/json.ts'
import { canonicalJson } from '../store/canonical-json.ts'
import type { StepResult } from './step-result.ts'

/** One of the things that the answer of a step depends on, in two runs. A text that is not there is undefined. */
export interface StepChange {
  readonly kind: 'template' | 'input' | 'parameter' | 'message' | 'prompt' | 'request'
  /** Of the input, the parameter, or the part of the request; the role of a message. */
  readonly name: string
  readonly before: string | undefined
  readonly after: string | undefined
}

type Told = Pick<
  StepResult,
  'prompt_template' | 'prompt_inputs' | 'model_config' | 'messages' | 'prompt' | 'request'
>

/** What a step was asked otherwise in another run: model and parameters, template, inputs. Empty when it was asked the same. */
export function changesBetween(before: Told, after: Told): readonly StepChange[] {
  const changes = [
    ...changedEntries('parameter', before.model_config, after.model_config),
    ...changed('template', '', before.prompt_template ?? undefined, after.prompt_template ?? undefined),
    ...changedEntries('input', before.prompt_inputs, after.prompt_inputs),
    ...changedMessages(before.messages ?? [], after.messages ?? []),
    ...changedEntries('request', before.request, after.request),
  ]
  // The prompt follows from the template and the inputs, unless something else has made it.
  const explains = changes.some(({ kind }) => kind === 'template' || kind === 'input')
  return explains
    ? changes
    : [...changes, ...changed('prompt', '', before.prompt ?? undefined, after.prompt ?? undefined)]
}

function changed(
  kind: StepChange['kind'],
  name: string,
  before: string | undefined,
  after: string | undefined,
): readonly StepChange[] {
  return before === after ? [] : [{ kind, name, before, after }]
}

function changedEntries(
  kind: StepChange['kind'],
  before: object | null | undefined,
  after: object | null | undefined,
): readonly StepChange[] {
  const [old, fresh] = [new Map(entriesOf(before)), new Map(entriesOf(after))]
  const names = new Set([...old.keys(), ...fresh.keys()])
  return [...names].flatMap((name) => changed(kind, name, textOf(old.get(name)), textOf(fresh.get(name))))
}

function entriesOf(value: object | null | undefined): readonly (readonly [string, Json])[] {
  return Object.entries(value ?? {}) as [string, Json][]
}

type Messages = readonly { readonly role: string; readonly content: string }[]

function changedMessages(before: Messages, after: Messages): readonly StepChange[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, place) => {
    const [old, fresh] = [before[place], after[place]]
    return old?.role === fresh?.role
      ? changed('message', fresh?.role ?? '', old?.content, fresh?.content)
      : [
          ...changed('message', old?.role ?? '', old?.content, undefined),
          ...changed('message', fresh?.role ?? '', undefined, fresh?.content),
        ]
  }).flat()
}

/** A text as it is, anything else as JSON. */
function textOf(value: Json | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : canonicalJson(value)
}
