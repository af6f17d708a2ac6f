import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { starterFlow } from '../../src/cli/starter-flow.ts'
import { goldenCases } from '../diagnostics/golden.ts'
import { compile, expectSound } from './checked.ts'
import { seededRandom, type Random } from './seeded.ts'

const soundtrack = readFileSync(new URL('../../flows/soundtrack.yaml', import.meta.url), 'utf8')
const seeds: readonly string[] = [
  soundtrack,
  starterFlow({ name: 'starter', file: 'starter.yaml', schema: undefined }),
  JSON.stringify({
    llmflows: 1,
    name: 'json',
    steps: { a: { prompt: 'x {y} {{z}}' }, b: { value: ['{a}', 1] } },
  }),
  ...goldenCases.map(({ flowPath }) => readFileSync(flowPath, 'utf8')),
]

const pieces = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    ', ',
    '- ',
    '"',
    "'",
    '|',
    '>',
    '|-\n',
    '#',
    '&a ',
    '*a',
    '!t ',
    '? ',
    '\n',
    '\n  ',
  ],
  ...[
    '\t',
    '\r\n',
    '\0',
    '\ufeff',
    '\u2028',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '<<: *a',
    '~',
    'null',
    '.nan',
    '1e999',
    '0x1F',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'index',
    'item',
    '{index}',
    '{item}',
    '{a.b[0]}',
    '{a ?? "b"}',
    '{a | json}',
    '{{ a }}',
  ],
  ...[
    'prompt: x',
    'value: 1',
    'for_each: 3',
    'template: t',
    'steps:',
    'outputs: ["*"]',
    'connections: {a: a}',
    '\ud800',
    '😀',
    '\u202e',
  ],
]

function mutated(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  const to = Math.min(text.length, at + random.below(20))
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at) + text.slice(to)
    case 1:
      return text.slice(0, to) + text.slice(at)
    case 2:
    case 3:
      return text.slice(0, at) + random.of(pieces) + text.slice(at)
    case 4: {
      const lines = text.split('\n')
      const line = random.below(lines.length)
      lines.splice(
        random.below(lines.length),
        0,
        ' '.repeat(random.below(6)) + (lines[line] ?? '').trimStart(),
      )
      return lines.join('\n')
    }
    case 5: {
      const words = text.match(/\w+/g) ?? ['']
      return text.replace(random.of(words), () => random.of(words))
    }
    default:
      return text.slice(0, at) + String.fromCodePoint(random.below(0x3000)) + text.slice(to)
  }
}

function randomBytes(random: Random): Uint8Array {
  const isPrintable = random.below(2) === 0
  return Uint8Array.from({ length: random.below(200) }, () =>
    isPrintable ? 32 + random.below(95) : random.below(256),
  )
}

test('no text ends in an exception, a hang or a place outside of it', () => {
  const random = seededRandom('mutated flows')
  let slowest = 0
  for (let count = 0; count < 20_000; count++) {
    let text: string | Uint8Array = random.of(seeds)
    if (count % 10 === 0) text = randomBytes(random)
    else for (let changes = 1 + random.below(4); changes > 0; changes--) text = mutated(text, random)
    const start = performance.now()
    const compilation = compile(text)
    slowest = Math.max(slowest, performance.now() - start)
    try {
      if (compilation !== undefined) expectSound(compilation)
    } catch (error) {
      throw new Error(`for the text ${JSON.stringify(text)}`, { cause: error })
    }
  }
  expect(slowest).toBeLessThan(5_000) // a hang, not slowness
}, 120_000)
