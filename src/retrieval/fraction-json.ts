/**
 * JSON in which every number under the named fields of an object has a fraction, `20.0` for 20. Chroma keeps whole numbers
 * apart from others, and compares one kind with the other in ways of its own: so it is given one kind only.
 */
export function withFractions(value: unknown, fields: readonly string[]): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Object.entries(value).map(([name, inner]: [string, unknown]) => {
    const text = fields.includes(name) ? fractions(inner) : JSON.stringify(inner)
    return `${JSON.stringify(name)}:${text}`
  })
  return `{${parts.join(',')}}`
}

function fractions(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(fractions).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(
      ([name, inner]: [string, unknown]) => `${JSON.stringify(name)}:${fractions(inner)}`,
    )
    return `{${parts.join(',')}}`
  }
  const text = JSON.stringify(value)
  return typeof value === 'number' && /^-?\d+$/.test(text) ? `${text}.0` : text
}
