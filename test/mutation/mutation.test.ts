import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderDiagnostics } from '../../src/index.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { compile } from '../document/checked.ts'
import { seededRandom } from '../document/seeded.ts'
import { kinds, makeMistake, targetsOf } from './mistakes.ts'
import { judge, type Verdict } from './verdict.ts'

/** Mistakes made in each flow; MUTATIONS makes more. */
const count = Number(process.env['MUTATIONS'] ?? 400)

test('of the small mistakes one can make in the flows here, 98 of 100 are caught where they are, or do no harm', () => {
  const random = seededRandom('mutation')
  const tally = new Map<string, Map<Verdict | 'one' | 'echo', number>>()
  const examples: string[] = []
  const files = readdirSync('flows').filter((name) => name.endsWith('.yaml'))
  // Those that name other files cannot be read as texts alone.
  const alone = files.filter((file) => compile(readFileSync(`flows/${file}`, 'utf8'))?.compiled !== undefined)
  expect(alone.length).toBeGreaterThan(5)
  for (const file of alone) {
    const text = readFileSync(`flows/${file}`, 'utf8')
    const targets = targetsOf(text)
    for (let made = 0; made < count; made++) {
      // Half of all mistakes are misspelt words.
      const kind = random.below(2) === 0 ? 'letter' : random.of(kinds)
      const mistake = makeMistake(targets, kind, random)
      if (mistake === undefined || mistake.text === text) continue
      const { verdict, diagnostics } = judge(text, mistake)
      for (const row of [kind, 'all', file]) {
        const counts = tally.get(row) ?? new Map<Verdict | 'one' | 'echo', number>()
        tally.set(row, counts.set(verdict, (counts.get(verdict) ?? 0) + 1))
        if (diagnostics.length > 0) {
          const errors = diagnostics.length === 1 ? 'one' : 'echo'
          counts.set(errors, (counts.get(errors) ?? 0) + 1)
        }
      }
      if (
        process.env['SHOW'] !== undefined &&
        (verdict === 'vague' ||
          verdict === 'missed' ||
          (process.env['SHOW'] === 'echo' && diagnostics.length > 1))
      ) {
        const lines = text.split('\n')
        const changed = mistake.text
          .split('\n')
          .flatMap((line, at) => (line === lines[at] ? [] : [`${at + 1}: ${line}`]))
        examples.push(
          `${file} ${kind} ${mistake.word ?? ''} ${verdict} ${diagnostics.length}\n${changed.join('\n')}\n${renderDiagnostics(diagnostics, { colour: plainPalette })}`,
        )
      }
    }
  }
  const all = tally.get('all')
  const of = (name: Verdict): number => all?.get(name) ?? 0
  const total = of('caught') + of('harmless') + of('vague') + of('missed')
  for (const [row, counts] of tally) console.info(row, Object.fromEntries(counts))
  for (const example of examples) console.info(example)
  const share = (of('caught') + of('harmless')) / total
  console.info(`${total} mistakes, ${(share * 100).toFixed(2)} % caught or harmless`)
  expect(share).toBeGreaterThanOrEqual(0.98)
})
