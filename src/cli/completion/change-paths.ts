import { nodeAt } from '../../document/node.ts'
import { offer, type Candidate, type Completion } from './candidate.ts'
import type { FlowAtHand } from './flow-at-hand.ts'
import { keysAt, schemasAt, type Schema } from './flow-schema.ts'

/** What `--set PATH=VALUE` could change, with `prefix` `llms.` what `--llm NAME.KEY=VALUE` could. */
export function changesOf(at: FlowAtHand, typed: string, { before, prefix }: Place): Completion {
  const equals = typed.indexOf('=')
  if (equals !== -1) {
    const path = (prefix + typed.slice(0, equals)).split('.')
    return offer(valuesAt(path, at), typed.slice(equals + 1), before + typed.slice(0, equals + 1))
  }
  const written = typed.slice(0, typed.lastIndexOf('.') + 1)
  const path = (prefix + written).split('.').slice(0, -1)
  const names = named(path, at).map(([name, schemas]) =>
    keyCandidate(written + name, schemas, describedBy([...path, name], at)),
  )
  const keys = [...keysAt(path)].map(([key, schemas]) =>
    keyCandidate(written + key, schemas, descriptionIn(schemas)),
  )
  return offer([...keys, ...names], typed, before)
}

interface Place {
  /** What the word has before the path, such as `--set=`. */
  readonly before: string
  readonly prefix: '' | 'llms.'
}

/** The names that the flow itself gives to what stands at a path. */
function named(path: readonly string[], at: FlowAtHand): readonly (readonly [string, readonly Schema[]])[] {
  return namesAt(path, at)
    .filter((name) => !/[.=]/.test(name))
    .map((name) => [name, schemasAt([...path, name])] as const)
    .filter(([, schemas]) => schemas.length > 0)
}

function namesAt(path: readonly string[], { document, flow }: FlowAtHand): readonly string[] {
  if (path.length === 1 && path[0] === 'llms' && flow !== undefined) return [...flow.llms.keys()]
  const node = document === undefined ? undefined : nodeAt(document, path)
  return node?.kind === 'map' ? [...node.entries.keys()] : []
}

function keyCandidate(text: string, schemas: readonly Schema[], about: string | undefined): Candidate {
  const isMapping = schemas.some(({ type }) => type === 'object')
  return { text: `${text}${isMapping ? '.' : '='}`, goesOn: true, ...(about === undefined ? {} : { about }) }
}

function descriptionIn(schemas: readonly Schema[]): string | undefined {
  return schemas.map(({ description }) => description).find((text) => text !== undefined)
}

/** What the flow says of a thing that it gave a name to. */
function describedBy(path: readonly string[], { document }: FlowAtHand): string | undefined {
  if (document === undefined) return undefined
  for (const key of ['description', 'name', 'model', 'provider']) {
    const node = nodeAt(document, [...path, key])
    if (node?.kind === 'scalar' && typeof node.value === 'string') return node.value
  }
  return undefined
}

/** Values that the schema names, or that the flow gives names to. */
function valuesAt(path: readonly string[], at: FlowAtHand): readonly Candidate[] {
  const names = namesAt([collections.get(path.at(-1) ?? '') ?? ''], at)
  const values = schemasAt(path).flatMap(({ enum: choices = [], const: only, type }) => [
    ...choices,
    ...(only === undefined ? [] : [only]),
    ...(type === 'boolean' ? [true, false] : []),
  ])
  return [...names, ...values].map((value) => ({ text: String(value) }))
}

/** Keys of steps whose values are names of something else in the flow. */
const collections: ReadonlyMap<string, string> = new Map([
  ['llm', 'llms'],
  ['template', 'templates'],
  ['system_template', 'templates'],
])
