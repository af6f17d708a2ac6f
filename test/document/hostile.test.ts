import { describe, expect, test } from 'vitest'
import { compile, expectSound } from './checked.ts'

const steps = 'steps:\n  haiku: { prompt: "Write a haiku about {topic}" }\n'
const head = 'llmflows: 1\nname: haiku\n'

function laughs(width: number, depth: number): string {
  const lines = [`a0: &a0 [${'x, '.repeat(width)}x]`]
  for (let level = 1; level < depth; level++)
    lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(width)}*a${level - 1}]`)
  return `${head}${lines.join('\n')}\n${steps}`
}

const manyKeys = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`).join('\n')

describe('a hostile file is refused with a diagnostic, in moments:', () => {
  test.each<[name: string, text: string, code: string]>([
    ['a billion laughs', laughs(9, 9), 'yaml-value'],
    ['laughs without end', laughs(2, 60), 'yaml-value'],
    ['an alias to itself', `${head}steps: &s { haiku: *s }\n`, 'yaml-value'],
    ['aliases to each other', `${head}a: &a [*b]\nb: &b [*a]\n${steps}`, 'yaml-value'],
    ['100,000 brackets', '['.repeat(100_000), 'too-deep'],
    ['100,000 braces', '{a: '.repeat(100_000), 'too-deep'],
    ['100,000 dashes', '- '.repeat(100_000), 'too-deep'],
    ['100,000 question marks', '? '.repeat(100_000), 'too-deep'],
    [
      '300 indented keys',
      Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}k:`).join('\n'),
      'too-deep',
    ],
    ['a flow and 90,000 brackets', `${head}${steps}value: ${'['.repeat(90_000)}`, 'too-deep'],
    ['a tag', `${head}steps: !!js/function "x"\n`, 'yaml-tag'],
    ['a binary tag', `${head}steps: !!binary aGk=\n`, 'yaml-value'],
    ['a NUL', `${head}${steps}\0`, 'not-text'],
    ['YAML 1.1', `%YAML 1.1\n---\n${head}${steps}`, 'yaml-syntax'],
    ['two documents', `${head}${steps}---\n${head}${steps}`, 'yaml-syntax'],
    ['not a number', `${head}steps: { haiku: { value: .nan } }\n`, 'yaml-value'],
    ['infinity', `${head}steps: { haiku: { value: [-.inf] } }\n`, 'yaml-value'],
    ['a huge integer', `${head}steps: { haiku: { value: ${'9'.repeat(400)} } }\n`, 'yaml-value'],
    ['a merge key', `${head}base: &b { prompt: x }\nsteps: { haiku: { <<: *b } }\n`, 'unknown-key'],
    ['a key that is a list', `${head}? [a, b]\n: 1\n${steps}`, 'yaml-syntax'],
    ['more than a megabyte', `# ${'x'.repeat(1_100_000)}\n${head}${steps}`, 'file-too-large'],
    ['a step called __proto__', `${head}steps: { __proto__: { prompt: x } }\n`, 'bad-name'],
    ['a step called constructor', `${head}steps: { constructor: { prompt: x } }\n`, 'bad-name'],
    ['a key called __proto__', `${head}__proto__: { a: 1 }\n${steps}`, 'unknown-key'],
    ['an llm called constructor', `${head}llms: { constructor: { provider: openai } }\n${steps}`, 'bad-name'],
    [
      'a provider called toString',
      `${head}llms: { a: { provider: toString, model: m } }\n${steps}`,
      'unknown-value',
    ],
    ['a template called toString', `${head}steps: { haiku: { template: toString } }\n`, 'unknown-template'],
    [
      'a connection to hasOwnProperty',
      `${head}${steps}connections: { haiku: hasOwnProperty }\n`,
      'unknown-step',
    ],
    ['an output called valueOf', `${head}${steps}outputs: [valueOf]\n`, 'unknown-output'],
    [
      'a formatter called toString',
      `${head}steps: { haiku: { prompt: "{topic | toString}" } }\n`,
      'unknown-formatter',
    ],
  ])('%s', (_, text, code) => {
    const compilation = compile(text)!
    expectSound(compilation)
    expect(compilation.diagnostics.map((diagnostic) => diagnostic.code)).toContain(code)
  })
})

describe('a large or an odd file is read, in moments:', () => {
  test.each<[name: string, text: string]>([
    ['Windows line ends', `${head}${steps}`.replaceAll('\n', '\r\n')],
    ['JSON', JSON.stringify({ llmflows: 1, name: 'haiku', steps: { haiku: { prompt: 'About {topic}' } } })],
    ['a line of a megabyte', `${head}steps:\n  haiku: { prompt: "${'x '.repeat(500_000)}{topic}" }\n`],
    [
      'a quoted text of many lines',
      `${head}steps:\n  haiku: { prompt: "${'x\n    '.repeat(100_000)}{topic}" }\n`,
    ],
    ['300,000 placeholders', `${head}steps:\n  haiku: { prompt: "${'{a}'.repeat(300_000)}" }\n`],
    [
      '80,000 variables',
      `${head}steps:\n  haiku: { prompt: "${Array.from({ length: 80_000 }, (_, n) => `{v${n}x}`).join('')}" }\n`,
    ],
    ['a million braces', `${head}steps:\n  haiku: { prompt: '${'{'.repeat(1_000_000)}' }\n`],
    ['half a million pairs of braces', `${head}steps:\n  haiku: { prompt: '${'{{'.repeat(500_000)}' }\n`],
    [
      'keys of an object named like its machinery',
      `${head}steps: { haiku: { value: { __proto__: 1, constructor: 2 } } }\n`,
    ],
    ['version 1.2 said aloud', `%YAML 1.2\n---\n${head}${steps}`],
    ['an alias that is used often', `${head}steps:\n  haiku: { prompt: x, stop: [&s end, *s, *s] }\n`],
  ])('%s', (_, text) => {
    const compilation = compile(text)!
    expectSound(compilation)
    expect(compilation.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('100,000 keys, each of them wrong', () => {
    const compilation = compile(`${head}${manyKeys.slice(0, 900_000)}\n`)!
    expectSound({ ...compilation, diagnostics: compilation.diagnostics.slice(0, 100) })
    expect(compilation.compiled).toBeUndefined()
  })

  test('a byte order mark, which no place counts', () => {
    const compilation = compile(new TextEncoder().encode(`\ufeffllmflow: 1\nname: haiku\n${steps}`))!
    const [diagnostic] = compilation.diagnostics
    expect(diagnostic?.span.start).toBe(0)
    expect(diagnostic?.code).toBe('unknown-key')
  })

  test('two deep documents in one process, which have been seen to end Node itself', () => {
    for (const depth of [2_000, 20_000, 200_000]) {
      expect(compile('['.repeat(depth))!.diagnostics[0]?.code).toBe('too-deep')
      expect(compile('{a: '.repeat(depth))!.diagnostics[0]?.code).toBe('too-deep')
    }
    expect(compile(`${head}${steps}`)!.compiled).toBeDefined()
  })

  test('objects keep the prototype they had', () => {
    compile(`${head}steps: { haiku: { value: { __proto__: { polluted: true } } } }\n`)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})
