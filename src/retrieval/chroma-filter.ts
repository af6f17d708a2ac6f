import type { Bound, Condition, Filter } from './filter.ts'

type Where = Readonly<Record<string, unknown>>

/** A filter in Chroma's language; undefined where there is nothing to filter by. */
export function chromaWhere(filter: Filter = []): Where | undefined {
  const all = filter.flatMap(clauses)
  return all.length === 0 ? undefined : joined('$and', all)
}

function clauses(condition: Condition): readonly Where[] {
  const { name } = condition
  if (condition.kind === 'compare') return condition.bounds.map((bound) => compared(name, bound))
  return [
    joined(
      '$or',
      condition.values.map((value) => ({ [name]: { $eq: value } })),
    ),
  ]
}

/**
 * The server keeps whole numbers apart from others, and compares each only with its like: so both are asked for, whole
 * numbers by the next one and others by the nearest that is not whole.
 */
function compared(name: string, { operator, number }: Bound): Where {
  const isUp = operator === 'gt' || operator === 'gte'
  const isWhole = Number.isInteger(number)
  const nextWhole = isUp ? Math.ceil(number) : Math.floor(number)
  const whole = isWhole ? { [`$${operator}`]: number } : { [isUp ? '$gte' : '$lte']: nextWhole }
  const other = isWhole
    ? { [isUp ? '$gte' : '$lte']: neighbour(number, isUp ? 1 : -1) }
    : { [`$${operator}`]: number }
  return joined('$or', [{ [name]: whole }, { [name]: other }])
}

/** The number next to a whole one, in 64 bits. */
function neighbour(whole: number, direction: 1 | -1): number {
  if (whole === 0) return direction * Number.MIN_VALUE
  const step = 2 ** (Math.floor(Math.log2(Math.abs(whole))) - 53)
  const near = whole + direction * step
  return near === whole ? whole + direction * step * 2 : near
}

function joined(operator: '$and' | '$or', clauses: readonly Where[]): Where {
  const [first, second] = clauses
  return first !== undefined && second === undefined ? first : { [operator]: clauses }
}
