import { isSchema, resolveRef, type JsonSchema } from './json-schema.ts'
import { either, listOf, numberType, textType, unknownType, type ValueType } from './value-type.ts'

/** The type of the values that a JSON Schema allows. What is not said is unknown. */
export function typeOfSchema(schema: unknown): ValueType {
  return isSchema(schema) ? new SchemaTypes(schema).typeOf(schema) : unknownType
}

/** The types of the parts of one schema. What refers back to a schema around it is unknown there: types are no circles. */
class SchemaTypes {
  readonly #root: JsonSchema
  readonly #referred = new Map<JsonSchema, ValueType>()

  constructor(root: JsonSchema) {
    this.#root = root
    this.#referred.set(root, unknownType)
  }

  typeOf(schema: unknown): ValueType {
    if (!isSchema(schema)) return unknownType
    const { $ref, type, anyOf, oneOf } = schema
    if (typeof $ref === 'string') return this.#referredType($ref)
    if (Array.isArray(type)) return either(type.map((one) => this.#single(one, schema)))
    if (type !== undefined) return this.#single(type, schema)
    const options = anyOf ?? oneOf
    return Array.isArray(options) ? either(options.map((option) => this.typeOf(option))) : unknownType
  }

  #referredType(ref: string): ValueType {
    const target = resolveRef(this.#root, ref)
    if (target === undefined) return unknownType
    const known = this.#referred.get(target)
    if (known !== undefined) return known
    this.#referred.set(target, unknownType)
    const type = this.typeOf(target)
    this.#referred.set(target, type)
    return type
  }

  #single(type: unknown, schema: JsonSchema): ValueType {
    switch (type) {
      case 'string':
        return textType
      case 'number':
      case 'integer':
        return numberType
      case 'boolean':
        return { kind: 'boolean' }
      case 'null':
        return { kind: 'nothing' }
      case 'array':
        return this.#list(schema)
      case 'object':
        return this.#object(schema)
      default:
        return unknownType
    }
  }

  #list({ items, minItems, maxItems }: JsonSchema): ValueType {
    const [least, most] = [minItems, maxItems].map((count) => (typeof count === 'number' ? count : undefined))
    return listOf(this.typeOf(items), least, most ?? Infinity)
  }

  #object({ properties, required, additionalProperties }: JsonSchema): ValueType {
    const written = isSchema(properties) ? Object.entries(properties) : undefined
    const keys: readonly unknown[] = Array.isArray(required) ? required : []
    return {
      kind: 'object',
      entries: new Map((written ?? []).map(([key, value]) => [key, this.typeOf(value)])),
      required: new Set(keys.filter((key) => typeof key === 'string')),
      others: additionalProperties === false ? 'none' : written === undefined ? 'unknown' : 'perhaps',
    }
  }
}
