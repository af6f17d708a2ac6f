/** How figures are taken and shown. */

export interface Figure {
  readonly median: number
  readonly low: number
  readonly high: number
}

export function figure(samples: readonly number[]): Figure {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.round(part * (sorted.length - 1))] ?? NaN
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}

/** Measures several things in turns, so that a busy moment of the machine touches all of them. */
export async function inTurns<Name extends string>(
  rounds: number,
  things: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Readonly<Record<Name, Figure>>> {
  const names = Object.keys(things) as Name[]
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const name of names) samples.get(name)?.push(await things[name]())
  return Object.fromEntries([...samples].map(([name, all]) => [name, figure(all)])) as Record<Name, Figure>
}

/** Milliseconds that something takes. */
export async function timed(work: () => unknown): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

export function heading(name: string): void {
  console.log(`\n${name}`)
}

export function row(name: string, figures: string, verdict = ''): void {
  console.log(`  ${name.padEnd(42)} ${figures.padEnd(44)} ${verdict}`.trimEnd())
}

export function shown({ median, low, high }: Figure): string {
  const digits = median < 10 ? 2 : median < 100 ? 1 : 0
  return `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}

export function atMost(value: number, goal: number): string {
  return `${value.toFixed(2)} ×   goal ≤ ${goal}   ${value <= goal ? 'met' : 'MISSED'}`
}

/** The power of the size with which a time grows, from the first size to the last. */
export function exponent(sizes: readonly number[], times: readonly number[]): number {
  return Math.log(times.at(-1)! / times[0]!) / Math.log(sizes.at(-1)! / sizes[0]!)
}
