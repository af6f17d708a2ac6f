import { cpus, totalmem } from 'node:os'
import { heading } from './figures.ts'

/** The parts of the bench, in the order in which they run. */
const parts: Readonly<Record<string, () => Promise<() => Promise<void>>>> = {
  'start-up': async () => (await import('./start-up.ts')).startUp,
  'scheduler': async () => (await import('./scheduler.ts')).scheduler,
  'makespan': async () => (await import('./makespan.ts')).makespan,
  'http': async () => (await import('./http.ts')).http,
  'check': async () => (await import('./check.ts')).check,
  'result': async () => (await import('./result.ts')).result,
  'durability': async () => (await import('./durability.ts')).durability,
}

export async function bench(names: readonly string[]): Promise<void> {
  const begin = performance.now()
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  console.log(`Node ${process.version}, ${cpus().length} × ${cpu?.model ?? '?'}, ${memory} GB`)
  console.log('Times are medians in milliseconds, with the spread from the first to the third quartile.')
  for (const [name, load] of Object.entries(parts)) {
    if (names.length > 0 && !names.includes(name)) continue
    heading(name)
    await (
      await load()
    )()
  }
  console.log(`\n${Math.round((performance.now() - begin) / 1000)} s in all`)
}
