import type { Command } from 'commander'
import { cacheStats, clearCache, pruneCache, type Pruned } from '../store/cache-upkeep.ts'
import { readAge } from './age.ts'
import { withHome } from './home.ts'
import type { Io } from './io.ts'
import { readSize, sizeText } from './size.ts'
import { UsageError } from './usage-error.ts'

interface PruneTexts {
  readonly olderThan?: string
  readonly largerThan?: string
}

/** `llmflows cache stats|clear|prune`: looks after the answers that are kept in this folder. */
export function registerCache(program: Command, io: Io): void {
  const cache = program
    .command('cache')
    .description('Shows and clears the answers kept in ./.llmflows/cache.')
    .helpCommand(false)
  cache
    .command('stats', { isDefault: true })
    .description('Says how much is in the cache.')
    .action(() => tell(io, (home) => (home === undefined ? empty : statsText(cacheStats(home)))))
  cache
    .command('clear')
    .description('Removes every answer: the next runs ask again.')
    .action(() => tell(io, (home) => (home === undefined ? empty : removedText(clearCache(home)))))
  cache
    .command('prune')
    .description('Removes answers that were not used for long, or until the rest is small.')
    .option('--older-than <age>', 'not used for that long, such as 30d')
    .option('--larger-than <size>', 'the least recently used, until the rest has that size')
    .action(({ olderThan, largerThan }: PruneTexts) => {
      if (olderThan === undefined && largerThan === undefined)
        throw new UsageError('nothing says what goes', 'write --older-than 30d or --larger-than 100MB')
      const maxAgeMs = olderThan === undefined ? undefined : readAge('--older-than', olderThan)
      const maxBytes = largerThan === undefined ? undefined : readSize('--larger-than', largerThan)
      return tell(io, (home) =>
        home === undefined ? empty : removedText(pruneCache(home, { maxAgeMs, maxBytes, now: Date.now() })),
      )
    })
}

const empty = 'the cache is empty'

async function tell(io: Io, text: Parameters<typeof withHome<string>>[1]): Promise<void> {
  io.stdout.write(`${await withHome(io, text)}\n`)
}

function statsText({ entries, bytes, oldestMs }: ReturnType<typeof cacheStats>): string {
  if (oldestMs === undefined) return empty
  const since = new Date(oldestMs).toISOString().slice(0, 10)
  return `${answers(entries)}, ${sizeText(bytes)}; the oldest was last used on ${since}`
}

function removedText({ entries, bytes }: Pruned): string {
  return entries === 0 ? 'nothing to remove' : `removed ${answers(entries)}, ${sizeText(bytes)}`
}

function answers(count: number): string {
  return `${count} ${count === 1 ? 'answer' : 'answers'}`
}
