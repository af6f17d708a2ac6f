import type { Condition, Filter } from './filter.ts'

/** A filter in Pinecone's language; undefined where there is nothing to filter by. */
export function pineconeFilter(filter: Filter = []): object | undefined {
  return filter.length === 0 ? undefined : { $and: filter.map(clause) }
}

function clause(condition: Condition): object {
  const { name } = condition
  if (condition.kind === 'one-of') return { [name]: { $in: condition.values } }
  const bounds = condition.bounds.map(({ operator, number }) => [`$${operator}`, number] as const)
  return { [name]: Object.fromEntries(bounds) }
}
