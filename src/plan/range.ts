/** What a number is at least, probably, and at most. Always `lower <= expected <= upper`. */
export interface Range {
  readonly lower: number
  readonly expected: number
  readonly upper: number
}

export const zero: Range = { lower: 0, expected: 0, upper: 0 }

export function sum(ranges: Iterable<Range>): Range {
  let [lower, expected, upper] = [0, 0, 0]
  for (const range of ranges) {
    lower += range.lower
    expected += range.expected
    upper += range.upper
  }
  return { lower, expected, upper }
}

export function map(range: Range, change: (value: number) => number): Range {
  return { lower: change(range.lower), expected: change(range.expected), upper: change(range.upper) }
}

export function product(a: Range, b: Range): Range {
  return { lower: a.lower * b.lower, expected: a.expected * b.expected, upper: a.upper * b.upper }
}
