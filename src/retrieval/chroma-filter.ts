import type { Condition, Filter } from './filter.ts'

type Where = Readonly<Record<string, unknown>>

/** A filter in Chroma's language; undefined where there is nothing to filter by. */
export function chromaWhere(filter: Filter = []): Where | undefined {
  const all = filter.flatMap(clauses)
  return all.length === 0 ? undefined : joined('$and', all)
}

function clauses({ name, ...condition }: Condition): readonly Where[] {
  return condition.kind === 'compare'
    ? condition.bounds.map(({ operator, number }) => ({ [name]: { [`$${operator}`]: number } }))
    : [
        joined(
          '$or',
          condition.values.map((value) => ({ [name]: { $eq: value } })),
        ),
      ]
}

function joined(operator: '$and' | '$or', all: readonly Where[]): Where {
  const [first, second] = all
  return first !== undefined && second === undefined ? first : { [operator]: all }
}
