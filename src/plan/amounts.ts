/** `$0.0021`; what would round to nothing is `<$0.0001`, and what is nothing `$0`. */
export function dollarsText(dollars: number): string {
  if (dollars === 0) return '$0'
  if (dollars < 0.0001) return '<$0.0001'
  return `$${dollars.toFixed(dollars < 100 ? 4 : 2)}`
}

/** `$0.60`, `$0.075`: a price, with as many digits as it has. */
export function centsText(dollars: number): string {
  return `$${Number(dollars.toFixed(2)) === dollars ? dollars.toFixed(2) : dollars}`
}

/** `1 234 567` would be read as several numbers: `1,234,567`. */
export function tokensText(tokens: number): string {
  return String(Math.ceil(tokens)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `1 call`, `9 calls`. */
export function countText(count: number, noun: string): string {
  return `${tokensText(count)} ${noun}${count === 1 ? '' : 's'}`
}
