import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closest, Guesses } from '../../src/diagnostics/closest.ts'

describe('the name that was probably meant', () => {
  test.each([
    ['summry', ['title', 'summary', 'song'], 'summary'],
    ['tempalte', ['template', 'prompt'], 'template'], // two letters swapped are one slip
    ['max_token', ['max_tokens', 'max_retries'], 'max_tokens'],
    ['conections', ['connections', 'conversations'], 'connections'],
    ['TOPIC', ['topics', 'topic'], 'topic'],
    ['nmae', ['same', 'name'], 'name'],
    ['llm', ['llms'], 'llms'],
    ['Name', ['fame', 'name', 'Lame'], 'name'], // another case is no slip at all
    ['stepX', ['step1', 'step2'], 'step1'], // the first of equals
    ['Songx', ['songs', 'Songs'], 'Songs'], // unless a later one has the same case
    ['characters_stop', ['characters_step', 'critics_step'], 'characters_step'],
  ])('for "%s" among %j is "%s"', (word, candidates, meant) => {
    expect(closest(word, candidates)).toBe(meant)
  })

  test.each([
    ['a', ['b', 'ab']],
    ['', ['a']],
    ['cat', ['dog']],
    ['song', ['title', 'sung_by']],
    ['abcde', ['xbxdx']],
    ['completely', ['different']],
    ['anything', []],
  ])('for "%s" is none of %j', (word, candidates) => {
    expect(closest(word, candidates)).toBeUndefined()
  })

  /** The textbook table, in full. */
  function distance(a: string, b: string): number {
    const table = Array.from({ length: a.length + 1 }, (_, row) =>
      Array.from({ length: b.length + 1 }, (__, column) => (row === 0 ? column : column === 0 ? row : 0)),
    )
    for (let i = 1; i <= a.length; i++) {
      for (let j = 1; j <= b.length; j++) {
        const change = table[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
        table[i]![j] = Math.min(table[i - 1]![j]! + 1, table[i]![j - 1]! + 1, change)
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
          table[i]![j] = Math.min(table[i]![j]!, table[i - 2]![j - 2]! + 1)
        }
      }
    }
    return table[a.length]![b.length]!
  }

  test('has the fewest slips of all candidates, and no more than a word of its length may have', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 0, maxLength: 11 })
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 5 }), (typed, candidates) => {
        const allowed = typed.length < 2 ? 0 : typed.length < 5 ? 1 : typed.length < 9 ? 2 : 3
        const first = candidates
          .map((candidate) => ({ candidate, slips: distance(typed, candidate) }))
          .filter(({ slips }) => slips <= allowed)
          .sort((a, b) => a.slips - b.slips)[0]
        expect(closest(typed, candidates)).toBe(first?.candidate)
      }),
      { numRuns: 2000 },
    )
  })

  test('is found among a hundred thousand, and in words of ten thousand letters', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `step_${index}`)
    expect(closest('stpe_99999', many)).toBe('step_99999')
    const long = 'ab'.repeat(5000)
    const other = `x${long.slice(0, 5000)}q${long.slice(5001)}`
    expect(closest(long, ['ba'.repeat(5000), other])).toBe('ba'.repeat(5000))
    expect(closest(long, [other])).toBe(other)
  })
})

describe('guesses for many words', () => {
  test('are those for one, as long as there are not too many', () => {
    expect(new Guesses().closest('summry', ['title', 'summary'])).toBe('summary')
  })

  test('end after a million names, whatever asks for them', () => {
    const guesses = new Guesses()
    let looks = 0
    const names = function* (): Generator<string> {
      for (let number = 0; number < 3000; number++) {
        looks++
        yield `input_${number}_of_the_flow`
      }
    }
    for (let word = 0; word < 20_000; word++) guesses.closest(`unknown ${word}`, names())
    expect(looks).toBeGreaterThan(100_000)
    expect(looks).toBeLessThan(1_001_000)
    expect(guesses.closest('summry', ['summary'])).toBeUndefined()
  })

  test('end sooner for long words of the same length', () => {
    const guesses = new Guesses()
    let looks = 0
    const names = function* (): Generator<string> {
      for (let number = 0; number < 1000; number++) {
        looks++
        yield String(number).padStart(8000, 'x')
      }
    }
    for (let word = 0; word < 5; word++) guesses.closest(`${word}`.padStart(8000, 'y'), names())
    expect(looks).toBeLessThan(1100)
  })
})
