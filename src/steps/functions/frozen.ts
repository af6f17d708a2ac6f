/** The value, which is JSON, frozen all the way down. It nests as little as the values of flows do. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value) as unknown[]) frozen(part)
  return Object.freeze(value)
}
