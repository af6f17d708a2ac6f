import type { Condition, Filter } from './filter.ts'

const SIGNS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/** A filter as the `where` of SQLite over a column `metadata` that is JSON. Names and values go as parameters. */
export function localWhere(filter: Filter = []): {
  readonly sql: string
  readonly values: readonly (string | number)[]
} {
  const parts = filter.map(part)
  return {
    sql: parts.length === 0 ? '' : `where ${parts.map(({ sql }) => sql).join(' and ')}`,
    values: parts.flatMap(({ values }) => values),
  }
}

function part(condition: Condition): { readonly sql: string; readonly values: readonly (string | number)[] } {
  const path = `$.${condition.name}`
  if (condition.kind === 'compare') {
    const { bounds } = condition
    const compared = bounds.map(({ operator }) => `metadata ->> ? ${SIGNS[operator]} ?`)
    return {
      sql: `(json_type(metadata, ?) in ('integer', 'real') and ${compared.join(' and ')})`,
      values: [path, ...bounds.flatMap(({ number }) => [path, number])],
    }
  }
  // A comparison of JSON as text would know 1 from 1.0, one of plain values would not know 1 from true.
  const choices = condition.values.map((value) => {
    if (typeof value === 'boolean') return { sql: `json_type(metadata, ?) = '${value}'`, values: [path] }
    const types = typeof value === 'string' ? `('text')` : `('integer', 'real')`
    return {
      sql: `(json_type(metadata, ?) in ${types} and metadata ->> ? = ?)`,
      values: [path, path, value],
    }
  })
  return {
    sql: `(${choices.map(({ sql }) => sql).join(' or ')})`,
    values: choices.flatMap(({ values }) => values),
  }
}
