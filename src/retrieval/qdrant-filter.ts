import type { Schemas } from '@qdrant/js-client-rest'
import type { Condition, Filter } from './filter.ts'
import type { MetadataValue } from './metadata.ts'

type QdrantFilter = Schemas['Filter']
type QdrantCondition = Schemas['Condition']

/** A filter in Qdrant's language; undefined where there is nothing to filter by. */
export function qdrantFilter(filter: Filter = []): QdrantFilter | undefined {
  return filter.length === 0 ? undefined : { must: filter.map(clause) }
}

function clause(condition: Condition): QdrantCondition {
  if (condition.kind === 'compare') {
    const range = Object.fromEntries(condition.bounds.map(({ operator, number }) => [operator, number]))
    return { key: condition.name, range }
  }
  return { should: condition.values.map((value) => equals(condition.name, value)) }
}

/** Numbers that are not whole can be compared there, not matched. */
function equals(key: string, value: MetadataValue): QdrantCondition {
  return typeof value === 'number' ? { key, range: { gte: value, lte: value } } : { key, match: { value } }
}
