import { isSchema, subschemas, type JsonSchema } from './json-schema.ts'

/** What OpenAI's strict mode knows; with any other keyword it refuses the request. */
const KEYWORDS = new Set(
  `type description title enum const properties required additionalProperties items anyOf $ref $defs definitions
  pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems $schema`.split(
    /\s+/,
  ),
)
const FORMATS = new Set('date-time time date duration email hostname ipv4 ipv6 uuid'.split(' '))

const MOST_LEVELS = 10
const MOST_PROPERTIES = 5000
const MOST_CHOICES = 1000

/**
 * Whether a schema can be given to a server that holds a model to every letter of it: all keys of all objects are
 * required and there are no others, and it uses what strict mode knows.
 */
export function allowsStrict(schema: JsonSchema): boolean {
  const count = { properties: 0, choices: 0 }
  return (
    schema['type'] === 'object' &&
    schema['anyOf'] === undefined &&
    isStrict(schema, 0, count) &&
    count.properties <= MOST_PROPERTIES &&
    count.choices <= MOST_CHOICES
  )
}

function isStrict(
  schema: JsonSchema,
  level: number,
  count: { properties: number; choices: number },
): boolean {
  const keys = Object.keys(schema)
  const { type, properties, required, format, $ref, anyOf } = schema
  if (level > MOST_LEVELS || !keys.every((key) => KEYWORDS.has(key))) return false
  if ($ref !== undefined) return keys.length === 1
  if (
    type === undefined &&
    anyOf === undefined &&
    schema['enum'] === undefined &&
    schema['const'] === undefined
  )
    return false
  if (format !== undefined && !(typeof format === 'string' && FORMATS.has(format))) return false
  if (Array.isArray(schema['enum'])) count.choices += schema['enum'].length
  const isObject = [type].flat().includes('object')
  if (isObject || properties !== undefined) {
    if (schema['additionalProperties'] !== false || !isSchema(properties)) return false
    const names = Object.keys(properties)
    count.properties += names.length
    const needed: ReadonlySet<unknown> = new Set(Array.isArray(required) ? required : [])
    if (!names.every((name) => needed.has(name))) return false
  }
  if ([type].flat().includes('array') && !isSchema(schema['items'])) return false
  return subschemas(schema).every((part) => {
    const isDefinition = part.path[0] === '$defs' || part.path[0] === 'definitions'
    return isStrict(part.schema, isDefinition || part.isInPlace ? level : level + 1, count)
  })
}
