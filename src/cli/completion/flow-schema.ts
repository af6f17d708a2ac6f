import schema from '../../../schemas/flow.schema.json' with { type: 'json' }

/** As much of a JSON Schema as completion looks at. */
export interface Schema {
  readonly $ref?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly allOf?: readonly Schema[]
  readonly then?: Schema
  readonly else?: Schema
}

/** The schemas that a value at a path of a flow may be held against. */
export function schemasAt(path: readonly string[]): readonly Schema[] {
  let at = branches(schema)
  for (const key of path) at = at.flatMap((one) => branchesBelow(one, key))
  return at
}

/** The keys that the schema names at a path, each with its schemas. */
export function keysAt(path: readonly string[]): ReadonlyMap<string, readonly Schema[]> {
  const keys = new Map<string, readonly Schema[]>()
  for (const { properties = {} } of schemasAt(path))
    for (const key of Object.keys(properties)) keys.set(key, schemasAt([...path, key]))
  keys.delete('$schema')
  return keys
}

function branchesBelow({ properties = {}, additionalProperties }: Schema, key: string): readonly Schema[] {
  const own = Object.hasOwn(properties, key) ? properties[key] : undefined
  const below = own ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
  return below === undefined ? [] : branches(below)
}

/** The schema itself, what it refers to, and whatever else may hold together with it. */
function branches(one: Schema): readonly Schema[] {
  const { $ref, allOf = [], then: thenBranch, else: elseBranch } = one
  const inner = [...allOf, ...[thenBranch, elseBranch].filter((branch) => branch !== undefined)]
  const referred = $ref === undefined ? undefined : definitions[$ref.replace('#/definitions/', '')]
  return [one, ...[...inner, ...(referred === undefined ? [] : [referred])].flatMap(branches)]
}

const definitions: Readonly<Record<string, Schema | undefined>> = schema.definitions as Readonly<
  Record<string, Schema>
>
