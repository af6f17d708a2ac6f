import type { Condition, Filter } from './filter.ts'

const SIGNS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/** A filter as the `where` of PostgreSQL over a column `metadata` of JSON; its parameters are numbered from `first`. */
export function pgvectorWhere(
  filter: Filter = [],
  first: number,
): { readonly sql: string; readonly values: readonly string[] } {
  const values: string[] = []
  const parameter = (value: string): string => `$${first + values.push(value) - 1}`
  const parts = filter.map((condition) => part(condition, parameter))
  return { sql: parts.length === 0 ? '' : `where ${parts.join(' and ')}`, values }
}

function part(condition: Condition, parameter: (value: string) => string): string {
  const field = `metadata -> ${parameter(condition.name)}::text`
  if (condition.kind === 'compare') {
    const bounds = condition.bounds.map(
      ({ operator, number }) => `${field} ${SIGNS[operator]} ${parameter(JSON.stringify(number))}::jsonb`,
    )
    return `(jsonb_typeof(${field}) = 'number' and ${bounds.join(' and ')})`
  }
  // As JSON, in which 1, "1" and true are three values, and 1 and 1.0 are one.
  const choices = condition.values.map((value) => `${parameter(JSON.stringify(value))}::jsonb`)
  return `(${field} in (${choices.join(', ')}))`
}
