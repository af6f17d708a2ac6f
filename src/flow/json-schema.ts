/** A JSON Schema, of the keywords that `schemas/flow.schema.json` allows. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A schema inside another one. */
export interface Subschema {
  readonly path: readonly (string | number)[]
  readonly schema: JsonSchema
  /** Whether it is held against the value itself, not against a part of it. */
  readonly isInPlace: boolean
}

/** The schemas that a schema is made of, one level deep; those under `$defs` only when something refers to them. */
export function subschemas(schema: JsonSchema): readonly Subschema[] {
  const found: Subschema[] = []
  const add = (value: unknown, path: readonly (string | number)[], isInPlace: boolean): void => {
    if (isSchema(value)) found.push({ path, schema: value, isInPlace })
  }
  for (const key of ['items', 'additionalProperties']) add(schema[key], [key], false)
  for (const key of ['properties', '$defs', 'definitions']) {
    const parts = schema[key]
    if (isSchema(parts)) for (const [name, part] of Object.entries(parts)) add(part, [key, name], false)
  }
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const parts = schema[key]
    if (Array.isArray(parts)) for (const [index, part] of parts.entries()) add(part, [key, index], true)
  }
  return found
}

/** What a `$ref` means: the schema itself, or one of those that it defines; undefined when it leads nowhere. */
export function resolveRef(root: JsonSchema, ref: string): JsonSchema | undefined {
  const place = placeOf(ref)
  if (place === undefined) return undefined
  const [section, name] = place
  if (section === undefined || name === undefined) return root
  const definitions = root[section]
  if (!isSchema(definitions) || !Object.hasOwn(definitions, name)) return undefined
  const found = definitions[name]
  return isSchema(found) ? found : undefined
}

/** The keys that a `$ref` leads through: none for the whole schema; undefined for one that cannot lead anywhere. */
export function placeOf(ref: string): readonly [] | readonly [section: string, name: string] | undefined {
  if (ref === '#') return []
  const [, section, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(ref) ?? []
  return section === undefined || name === undefined ? undefined : [section, unescaped(name)]
}

/** A part of a JSON pointer in a URL. */
function unescaped(part: string): string {
  let name = part
  try {
    name = decodeURIComponent(part)
  } catch {
    // A percent sign that stands for itself.
  }
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
