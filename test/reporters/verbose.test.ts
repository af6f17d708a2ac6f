import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createVerbose } from '../../src/reporters/verbose.ts'
import type { VerboseOptions } from '../../src/reporters/verbose.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { width } from '../../src/source/width.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { arbitraryRun } from '../run/arbitrary-run.ts'
import { llmStep, soundtrackFails, soundtrackInterrupted, soundtrackSucceeds, Story } from './story.ts'

function told(events: readonly RunEvent[], options: Partial<VerboseOptions> = {}): string {
  let text = ''
  const write = (piece: string): void => void (text += piece)
  const reporter = createVerbose({ write, palette: plainPalette, columns: 80, ...options })
  for (const event of events) reporter.onEvent(event)
  return text
}

function expectTold(story: Story, lines: string, options?: Partial<VerboseOptions>): void {
  expect(told(story.events, options)).toBe(lines.replace(/^\n/, ''))
}

describe('with --verbose', () => {
  test('a run that goes well is told line by line, with its answers, a table and the critical path', () => {
    expectTold(
      soundtrackSucceeds(),
      `
 0.00s  ▶ Movie Title Flowstep            openai gpt-4o-mini
 1.20s  ✔ Movie Title Flowstep   1.20s    17 tokens  $0.0000  first token 0.31s
        "True Bonds"
 1.20s  ▶ Song Title Flowstep             openai gpt-4o-mini
 1.20s  ▶ Characters Flowstep             openai gpt-4o-mini
 2.40s  ✔ Song Title Flowstep    1.20s    30 tokens  $0.0000
        "Side by Side"
 3.51s  ✔ Characters Flowstep    2.31s    436 tokens  $0.0003
        Mia, a shy violinist.
        Leo, her loud neighbour.
 3.51s  ▶ Lyrics Flowstep                 openai gpt-4o-mini
 6.32s  ✔ Lyrics Flowstep        2.81s    820 tokens  $0.0003
        Line 1 of a song about friends
        Line 2 of a song about friends
        Line 3 of a song about friends
        Line 4 of a song about friends
        Line 5 of a song about friends
        Line 6 of a song about friends
        Line 7 of a song about friends

        Line 9 of a song about friends
        Line 10 of a song about friends
        Line 11 of a song about friends
        Line 12 of a song about friends
        … 3 more lines
 6.32s  ▶ Critic Flowstep 0               openai gpt-4o-mini
 6.32s  ▶ Critic Flowstep 1               openai gpt-4o-mini
 6.32s  ▶ Critic Flowstep 2               openai gpt-4o-mini
 8.00s  ✔ Critic Flowstep 2      1.68s    510 tokens  $0.0001
        "Review 2"
 8.10s  ✔ Critic Flowstep 0      1.78s    510 tokens  $0.0001
        "Review 0"
 8.20s  ✔ Critic Flowstep 1      1.88s    510 tokens  $0.0001
        "Review 1"

  step                  status     start   time  slack  tokens     cost
✔ Movie Title Flowstep  succeeded  0.00s  1.20s      ●      17  $0.0000
✔ Song Title Flowstep   succeeded  1.20s  1.20s  1.11s      30  $0.0000
✔ Characters Flowstep   succeeded  1.20s  2.31s      ●     436  $0.0003
✔ Lyrics Flowstep       succeeded  3.51s  2.81s      ●     820  $0.0003
✔ Critic Flowstep 0     succeeded  6.32s  1.78s  0.10s     510  $0.0001
✔ Critic Flowstep 1     succeeded  6.32s  1.88s      ●     510  $0.0001
✔ Critic Flowstep 2     succeeded  6.32s  1.68s  0.20s     510  $0.0001

✔ soundtrack  8.41s   7 steps, 7 calls, 2833 tokens, $0.0009   1.5× faster than one by one
  critical path  Movie Title Flowstep 1.20s 14% → Characters Flowstep 2.31s 27%
               → Lyrics Flowstep 2.81s 33% → Critic Flowstep 1 1.88s 22%
  what if        --max-concurrency 1: 12.86s   2: 9.78s   4 or more: 8.20s
`,
    )
  })

  test('a retry, a failure and what it blocks are told with their reasons', () => {
    expectTold(
      soundtrackFails(),
      `
 0.00s  ▶ Movie Title Flowstep            openai gpt-4o-mini
 0.42s  ↻ Movie Title Flowstep   0.42s    attempt 1 failed: too many requests (429), again in 0.8s
 2.90s  ✔ Movie Title Flowstep   2.90s    17 tokens  $0.0000  first token 1.17s  1 retry
        "True Bonds"
 2.90s  ▶ Song Title Flowstep             openai gpt-4o-mini
 2.90s  ▶ Characters Flowstep             openai gpt-4o-mini
 3.10s  ✖ Song Title Flowstep    0.20s    the model "gpt-5-nano-x" does not exist
        help: change "model" in the flow,
              or run with --offline
 3.10s  ↷ Lyrics Flowstep                 blocked: "Song Title Flowstep" did not succeed
 3.10s  ↷ Critic Flowstep 0               blocked: "Lyrics Flowstep" did not succeed
 3.10s  ↷ Critic Flowstep 1               blocked: "Lyrics Flowstep" did not succeed
 3.10s  ↷ Critic Flowstep 2               blocked: "Lyrics Flowstep" did not succeed
 4.20s  ✔ Characters Flowstep    1.30s    17 tokens  $0.0000
        "Mia and Leo"

  step                  status     start   time  tokens     cost
✔ Movie Title Flowstep  succeeded  0.00s  2.90s      17  $0.0000
✖ Song Title Flowstep   failed     2.90s  0.20s
✔ Characters Flowstep   succeeded  2.90s  1.30s      17  $0.0000
↷ Lyrics Flowstep       blocked
↷ Critic Flowstep 0     blocked
↷ Critic Flowstep 1     blocked
↷ Critic Flowstep 2     blocked

✖ soundtrack  4.20s   7 steps (1 failed, 4 blocked), 4 calls, 34 tokens, $0.0000
  critical path  Movie Title Flowstep 2.90s 69% → Characters Flowstep 1.30s 31%
`,
    )
  })

  test('an interrupted run says what was broken off', () => {
    expectTold(
      soundtrackInterrupted(),
      `
 0.00s  ▶ Movie Title Flowstep            openai gpt-4o-mini
 1.20s  ✔ Movie Title Flowstep   1.20s    17 tokens  $0.0000
        "True Bonds"
 1.20s  ▶ Song Title Flowstep             openai gpt-4o-mini
 1.20s  ▶ Characters Flowstep             openai gpt-4o-mini
 1.50s  ⊘ Song Title Flowstep    0.30s    cancelled: interrupted
 1.50s  ⊘ Characters Flowstep    0.30s    cancelled: interrupted
 1.50s  ⊘ Lyrics Flowstep                 cancelled: interrupted
 1.50s  ⊘ Critic Flowstep 0               cancelled: interrupted
 1.50s  ⊘ Critic Flowstep 1               cancelled: interrupted
 1.50s  ⊘ Critic Flowstep 2               cancelled: interrupted

  step                  status     start   time  tokens     cost
✔ Movie Title Flowstep  succeeded  0.00s  1.20s      17  $0.0000
⊘ Song Title Flowstep   cancelled  1.20s  0.30s
⊘ Characters Flowstep   cancelled  1.20s  0.30s
⊘ Lyrics Flowstep       cancelled
⊘ Critic Flowstep 0     cancelled
⊘ Critic Flowstep 1     cancelled
⊘ Critic Flowstep 2     cancelled

⊘ soundtrack  1.50s   7 steps (6 cancelled), 3 calls, 17 tokens, $0.0000, 2 calls of unknown price
  critical path  Movie Title Flowstep 1.20s 80% → Characters Flowstep 0.30s 20%
`,
      { columns: 160 },
    )
  })

  test('a single step needs no table', () => {
    const story = new Story([llmStep('haiku', 'haiku')], {}, 'haiku').start('haiku').at(900).answered('haiku')
    expectTold(
      story.succeed('haiku', 'Leaves fall\nand rise\n').finish(),
      `
 0.00s  ▶ haiku            openai gpt-4o-mini
 0.90s  ✔ haiku   0.90s    17 tokens  $0.0000
        Leaves fall
        and rise

✔ haiku  0.90s   1 step, 1 call, 17 tokens, $0.0000
  critical path  haiku 0.90s
`,
    )
  })

  test.each([
    ['openai', true],
    ['embedded', false],
  ])('two steps of %s side by side are faster than one by one: %s', (provider, faster) => {
    const story = new Story([llmStep('a', 'A'), llmStep('b', 'B')])
    story.start('a', { provider }).start('b', { provider }).at(1000)
    story.answered('a', { tokens: null, cost: null }).succeed('a', 'x')
    story.answered('b', { tokens: null, cost: null }).succeed('b', 'y').finish()
    expect(told(story.events).includes('2.0× faster than one by one')).toBe(faster)
  })

  test('long, wide and hostile names keep their columns', () => {
    const steps = [
      llmStep('a', '日本語のタイトル 🎬'),
      llmStep('b', 'A step whose name is a good deal longer than anybody would want it to be', 'a'),
      { id: 'c', name: 'evil\x1b[2J\nname', kind: 'value' as const, needs: ['b'] },
    ]
    const embedded = { provider: 'embedded', model: 'muse' }
    const story = new Story(steps).start('a', embedded).at(61_234).answered('a', { tokens: null, cost: null })
    story.succeed('a', 'a \x1b]0;title\x07 \u202eb\r\n\r\nc').start('b', embedded).at(1_261_234)
    story
      .answered('b', { tokens: [1, 0], cost: null })
      .succeed('b', '')
      .start('c')
      .succeed('c', null)
      .finish()
    expectTold(
      story,
      `
        answers come from muse, a tiny demonstration model that shows how a flow runs
 0.00s  ▶ 日本語のタイトル 🎬                         embedded muse
61.23s  ✔ 日本語のタイトル 🎬               61.23s
        a ␛]0;title␇ <U+202E>b

        c
61.23s  ▶ A step whose name is a good dea…            embedded muse
1261.23s  ✔ A step whose name is a good dea…  1200.00s    1 token
        ""
1261.23s  ▶ evil␛[2J␊name                               value
1261.23s  ✔ evil␛[2J␊name                      0.00s

  step                 status        start      time  tokens
✔ 日本語のタイトル 🎬  succeeded     0.00s    61.23s
✔ A step whose name …  succeeded    61.23s  1200.00s       1
✔ evil␛[2J␊name        succeeded  1261.23s     0.00s

✔ soundtrack  1261.23s   3 steps, 2 calls, 1 token
  critical path  日本語のタイトル 🎬 61.23s 5%
               → A step whose name is a good dea… 1200.00s 95%
               → evil␛[2J␊name 0.00s 0%
`,
      { columns: 60 },
    )
  })

  test('scripted answers are called scripted, once', () => {
    const story = new Story([llmStep('a', 'A'), llmStep('b', 'B')])
    story.start('a', { provider: 'scripted' }).start('b', { provider: 'scripted' })
    expect(told(story.events).split('\n')).toEqual([
      '        answers are scripted in the flow, no model is called',
      ' 0.00s  ▶ A            scripted gpt-4o-mini',
      ' 0.00s  ▶ B            scripted gpt-4o-mini',
      '',
    ])
  })

  test('the ways of being cancelled are told apart', () => {
    const story = new Story(['a', 'b', 'c'].map((id) => llmStep(id, id)))
    story.cancel('a', 'interrupted').cancel('b', 'timeout').cancel('c', 'fail-fast')
    expect(told(story.events).split('\n')).toEqual([
      ' 0.00s  ⊘ a            cancelled: interrupted',
      ' 0.00s  ⊘ b            cancelled: the time limit of the run passed',
      ' 0.00s  ⊘ c            cancelled: another step failed',
      '',
    ])
  })

  test('of many causes only some are named', () => {
    const items = Array.from({ length: 9 }, (_, index) => llmStep(`a[${index}]`, `Item ${index}`))
    const story = new Story([...items, llmStep('b', 'B', 'a')]).block('b', ...items.map(({ id }) => id))
    expect(told(story.events)).toBe(
      ' 0.00s  ↷ B                 blocked: "Item 0", "Item 1", "Item 2", 6 more did not succeed\n',
    )
  })

  test('an answer that was not accepted is shown, and no answer is when none is wanted', () => {
    const truncated = { code: 'truncated', message: 'the answer was cut off', help: 'raise max_tokens' }
    const story = new Story([llmStep('a', 'A')]).start('a').at(500).answered('a', { cost: null })
    story.fail('a', truncated, 'Once upon a')
    expect(told(story.events).split('\n').slice(1)).toEqual([
      ' 0.50s  ✖ A   0.50s    the answer was cut off  17 tokens',
      '        help: raise max_tokens',
      '        "Once upon a"',
      '',
    ])
    expect(told(story.events, { quietText: true })).not.toContain('Once')
  })

  test('what a person should know about an answer is told beneath it', () => {
    const story = new Story([llmStep('a', 'A')]).start('a')
    story.succeedWithNote('a', 'I only know songs.', 'muse was not taught this,\nchoose a real model\x1b[2J')
    expect(told(story.events).split('\n').slice(1)).toEqual([
      ' 0.00s  ✔ A   0.00s',
      '        "I only know songs."',
      '        note: muse was not taught this,',
      '              choose a real model␛[2J',
      '',
    ])
  })

  test('an answer without end is cut', () => {
    const tell = (text: string) =>
      told(new Story([llmStep('a', 'A')]).start('a').succeed('a', text).events)
        .split('\n')
        .slice(2, -1)
    expect(tell('x'.repeat(5000))).toEqual([`        "${'x'.repeat(2000)}…"`])
    expect(tell('line\n'.repeat(12))).toHaveLength(12)
    expect(tell('line\n'.repeat(13)).slice(-2)).toEqual(['        line', '        … 1 more line'])
  })

  test('a long critical path is shown from both ends', () => {
    const steps = Array.from({ length: 100 }, (_, index) =>
      llmStep(`s${index}`, `S${index}`, ...(index > 0 ? [`s${index - 1}`] : [])),
    )
    const story = new Story(steps)
    for (const [index, { id }] of steps.entries())
      story
        .start(id)
        .at(1000 * (index + 1))
        .succeed(id, '')
    expect(told(story.finish().events).split('\n').slice(-6, -1)).toEqual([
      '✔ soundtrack  100.00s   100 steps, 100 calls, 100 calls of unknown price'.replace(
        ', 100 calls of unknown price',
        '',
      ),
      '  critical path  S0 1.00s 1% → S1 1.00s 1% → S2 1.00s 1% → S3 1.00s 1%',
      '               → S4 1.00s 1% → S5 1.00s 1% → … 88 more steps … → S94 1.00s 1%',
      '               → S95 1.00s 1% → S96 1.00s 1% → S97 1.00s 1% → S98 1.00s 1%',
      '               → S99 1.00s 1%',
    ])
  })

  test('colours go where they are meant to, and do not disturb the columns', () => {
    const tagged = (tag: string) => (text: string) => `<${tag}>${text}</${tag}>`
    const colours = Object.fromEntries(Object.keys(plainPalette).map((name) => [name, tagged(name)]))
    const events = soundtrackFails().events
    const coloured = told(events, { palette: { ...plainPalette, ...colours } })
    expect(coloured.replace(/<\/?[a-z]+>/g, '')).toBe(told(events))
    expect(coloured.split('\n')[1]).toBe(
      '<dim> 0.42s</dim>  <warning>↻</warning> Movie Title Flowstep   0.42s    <warning>attempt 1 failed: too many requests (429), again in 0.8s</warning>',
    )
  })

  test('whatever happens, nothing acts on the terminal and the table keeps to its columns', () => {
    fc.assert(
      fc.property(arbitraryRun, fc.integer({ min: 60, max: 160 }), (events, columns) => {
        const text = told(events, { columns })
        expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]|\p{Cs}/u)
        const lines = text.split('\n')
        const heading = lines.findIndex((line) =>
          /^ {2}step +status( +(start|time|tokens|cost))*$/.test(line),
        )
        if (heading === -1) return
        const ends = lines.indexOf('', heading)
        for (const line of lines.slice(heading, ends)) expect(width(line)).toBeLessThanOrEqual(columns)
      }),
    )
  })
})
