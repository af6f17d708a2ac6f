import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateCondition } from '../../src/expression/evaluate.ts'
import { parseExpression } from '../../src/expression/parse.ts'
import { usesIn } from '../../src/expression/presence.ts'
import type { Json } from '../../src/source/json.ts'

type Values = Readonly<Record<string, Json>>

function answer(text: string, values: Values = {}): boolean | string {
  const parsed = parseExpression(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem.message}`)
  const found = evaluateCondition(parsed.expression, (name) =>
    Object.hasOwn(values, name) ? values[name] : undefined,
  )
  if (found.ok) return found.value
  const { start, end, message, help } = found.problem
  return `${text.slice(start, end)}: ${message}${help === undefined ? '' : ` (${help})`}`
}

describe('numbers', () => {
  test('a number of JSON compares with a whole number and with a fraction', () => {
    expect(answer('score > 3', { score: 3.5 })).toBe(true)
    expect(answer('score > 3', { score: 4 })).toBe(true)
    expect(answer('score > 3', { score: 3 })).toBe(false)
    expect(answer('score == 3', { score: 3 })).toBe(true)
    expect(answer('score >= 3.0 && score in [1, 2, 3]', { score: 3 })).toBe(true)
    expect(answer('scores[0] + scores[1] == 7', { scores: [3, 4] })).toBe(true)
  })

  test('a number of JSON can be counted with, and finds an item', () => {
    expect(
      answer('index + 1 == 3 && index / 4 == 0.5 && index % 2 == 0 && names[index] == "c"', {
        index: 2,
        names: ['a', 'b', 'c'],
      }),
    ).toBe(true)
    expect(answer('7 / 2 == 3 && 7.0 / 2 == 3.5 && -7 % 3 == -1')).toBe(true)
  })

  test('a number in a text is one after a conversion', () => {
    expect(
      answer('int(answer) > 6 && double(answer) == 7 && string(int(answer)) == answer', { answer: '7' }),
    ).toBe(true)
    expect(answer('int(answer) > 6', { answer: 'seven' })).toBe(
      'answer: "int" needs a whole number, and this is the text "seven"',
    )
    expect(answer('double(answer) > 6', { answer: '7\n' })).toBe(
      'answer: "double" needs a number, and this is the text "7\\n" (blanks around it can be taken away first: double(x.trim()))',
    )
    expect(answer('answer > 6', { answer: '7' })).toBe(
      'answer > 6: ">" cannot compare text with a number (double(x) makes a number of a text)',
    )
  })

  test('what no number can be is an error', () => {
    expect(answer('1 / zero > 0', { zero: 0 })).toBe(true)
    expect(answer('1 / 0 > 0')).toBe('1 / 0: this divides by zero')
    expect(answer('1 % zero > 0', { zero: 0 })).toBe('1 % zero: this divides by zero')
    expect(answer('half % 2 == 0', { half: 0.5 })).toBe('half % 2: "%" needs whole numbers')
    expect(answer('9223372036854775807 + 1 > 0')).toBe(
      '9223372036854775807 + 1: the result is too large for a whole number',
    )
    expect(answer('int(big) > 0', { big: 1e300 })).toBe(
      'big: "int" needs a whole number, and this is a number',
    )
  })
})

describe('values', () => {
  test('null, lists and objects are compared whole', () => {
    expect(
      answer('plan == other && plan != third && none == null && !(plan == null)', {
        plan: { a: [1, { b: null }], c: 'x' },
        other: { c: 'x', a: [1, { b: null }] },
        third: { a: [1, { b: 0 }], c: 'x' },
        none: null,
      }),
    ).toBe(true)
  })

  test('a text is counted in characters and compared by them', () => {
    expect(
      answer('size("a😀é") == 3 && text.size() == 1 && "😀" > "\uFFFD" && "é".contains("é")', { text: '😀' }),
    ).toBe(true)
    expect(
      answer('" Yes ".trim().lowerAscii() == "yes" && "É".lowerAscii() == "É" && "aé".upperAscii() == "Aé"'),
    ).toBe(true)
  })

  test('a key is there or not, whatever stands in it', () => {
    const plan = { title: null, inner: { deep: 1 } }
    expect(
      answer('has(plan.title) && !has(plan.nope) && !has(plan.nope.deep) && has(plan["inner"].deep)', {
        plan,
      }),
    ).toBe(true)
    expect(answer('has(plan) && !has(other)', { plan })).toBe(true)
    expect(answer('has(list[1]) && !has(list[2])', { list: [1, 2] })).toBe(true)
  })

  test('names of the prototype are plain names', () => {
    const plan: Json = JSON.parse('{ "__proto__": 1, "own": { "constructor": "text" } }')
    expect(
      answer('plan.__proto__ == 1 && plan["__proto__"] == 1 && plan.own.constructor == "text"', { plan }),
    ).toBe(true)
    expect(
      answer('has(plan.toString) || "hasOwnProperty" in plan || has(plan.own.__proto__)', { plan }),
    ).toBe(false)
    expect(answer('plan.constructor == 1', { plan })).toBe('constructor: "plan" has no "constructor"')
    expect(answer('__proto__ == 1 || constructor == 1')).toBe('__proto__: "__proto__" has no value')
    expect(
      answer('[1].all(__proto__, __proto__ == 1) && plan.all(key, key == "__proto__" || key == "own")', {
        plan,
      }),
    ).toBe(true)
    expect(answer('names.length == 1', { names: ['a'] })).toBe('length: "names" has no "length"')
    expect(answer('text.length == 1', { text: 'a' })).toBe('length: "text" has no "length", since it is text')
  })

  test('a text is a value and is never read as an expression', () => {
    const text = 'true || has(plan) // "'
    expect(answer('text == "true"', { text })).toBe(false)
    expect(answer('text', { text })).toBe('text: this must be true or false, and it is text')
  })
})

describe('errors', () => {
  test('what decides alone does so, whatever the other part is', () => {
    expect(answer('plan.nope == 1 || true', { plan: {} })).toBe(true)
    expect(answer('plan.nope == 1 && false', { plan: {} })).toBe(false)
    expect(answer('list.exists(x, x.a == 1)', { list: [{}, { a: 1 }] })).toBe(true)
    expect(answer('list.all(x, x.a == 1)', { list: [{}, { a: 2 }] })).toBe(false)
    expect(answer('list.exists(x, x.a == 1)', { list: [{}, { a: 2 }] })).toBe('a: "x" has no "a"')
  })

  test('an error says what is wrong and where', () => {
    expect(answer('plan.title == 1', { plan: {} })).toBe('title: "plan" has no "title"')
    expect(answer('plan.title.text == 1', { plan: { title: null } })).toBe(
      'text: "plan.title" has no "text", since it is null',
    )
    expect(answer('list[2] == 1', { list: [1] })).toBe('2: "list" has no [2]')
    expect(answer('list["a"] == 1', { list: [1] })).toBe('"a": "list" has no "a"')
    expect(answer('!score', { score: 1 })).toBe('score: this must be true or false, and it is a number')
    expect(answer('"a" in text', { text: 'abc' })).toBe(
      'text: "in" looks into a list or an object, and this is text',
    )
    expect(answer('score.contains("a")', { score: 1 })).toBe(
      'score: "contains" needs a text, and this is a number',
    )
    expect(answer('text.contains(score)', { text: '', score: 1 })).toBe(
      'score: "contains" looks for a text, and this is a number',
    )
    expect(answer('score.all(x, true)', { score: 1 })).toBe('score: "all" needs a list, and this is a number')
    expect(answer('text + 1 == "a1"', { text: 'a' })).toBe(
      'text + 1: "+" needs two numbers, two texts or two lists, and not text and a number',
    )
    expect(answer('-text == 1', { text: 'a' })).toBe('-text: "-" needs a number, and this is text')
    expect(answer('size(3) == 1')).toBe('3: "size" needs a text, a list or an object, and this is a number')
  })
})

describe('hostile values', () => {
  const tooMuch = /the values are too large for this condition \(compute it in a function step\)$/
  const many = Array.from({ length: 300_000 }, (_, index) => index)
  const long = 'a'.repeat(4_000_000)

  test.each([
    ['loops in loops', 'many.all(a, many.all(b, many.all(c, a + b + c >= 0)))'],
    ['lists that grow', 'many.map(a, many.map(b, many)).size() > 0'],
    ['lists that are put together', 'many.all(a, (many + many + many).size() > 0)'],
    ['texts that are put together', 'many.all(a, (long + long).size() > 0)'],
    ['comparing long texts', 'many.all(a, long + "b" != long + "c")'],
    ['looking through long lists', 'many.all(a, !(-1 in many))'],
    ['searching a long text for a long text', 'many.all(a, !long.contains(long + "b"))'],
    ['errors that are held back', 'many.all(a, a.b)'],
    ['errors in errors', 'many.all(a, many.all(b, b.c))'],
    ['comparing deep values', 'many.all(a, rows == rows2)'],
  ])('%s ends after a bounded amount of work', (_, expression) => {
    const rows = many.slice(0, 50_000).map((row) => ({ row, cells: [row, { row }] }))
    const values = { many, long, rows, rows2: structuredClone(rows) }
    expect(answer(expression, values)).toMatch(tooMuch)
  })

  test('a search that is slow for most engines is linear', () => {
    const text = 'a'.repeat(900_000)
    expect(answer('text.contains(piece)', { text, piece: `${'a'.repeat(450_000)}b` })).toBe(false)
    expect(answer('text.contains(piece)', { text: `${text}b`, piece: `${'a'.repeat(450_000)}b` })).toBe(true)
  })

  test('what one answer of a model holds can be asked about', () => {
    const report = `${'word '.repeat(40_000)}end`
    expect(
      answer('report.contains("end") && report.size() > 1000 && report.lowerAscii().endsWith("end")', {
        report,
      }),
    ).toBe(true)
    expect(answer('many.all(a, a >= 0) && many.exists(a, a == 1000)', { many: many.slice(0, 50_000) })).toBe(
      true,
    )
  })

  test('no expression throws, whatever the values are', () => {
    const names = fc.constantFrom(
      'a',
      'b',
      '__proto__',
      'c.d',
      'a[0]',
      'a["b"]',
      'b.a.c',
      '1',
      '2.5',
      '"x"',
      'null',
      '[a, b]',
      'true',
    )
    const expression = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        names,
        fc
          .tuple(
            tie('node'),
            fc.constantFrom('+', '-', '*', '/', '%', '==', '<', 'in', '&&', '||'),
            tie('node'),
          )
          .map((parts) => `(${parts.join(' ')})`),
        fc
          .tuple(tie('node'), fc.constantFrom('all', 'exists', 'exists_one', 'filter', 'map'), tie('node'))
          .map(([list, name, body]) => `(${list}).${name}(a, ${body})`),
        fc
          .tuple(fc.constantFrom('size', 'int', 'double', 'string', 'bool', '!', '-'), tie('node'))
          .map(([name, of]) => `${name}(${of})`),
        fc
          .tuple(tie('node'), fc.constantFrom('contains', 'startsWith', 'endsWith'), tie('node'))
          .map(([of, name, piece]) => `(${of}).${name}(${piece})`),
        fc.tuple(tie('node'), tie('node'), tie('node')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      ),
    })).node
    let decided = 0
    fc.assert(
      fc.property(expression, fc.jsonValue(), fc.jsonValue(), (text, a, b) => {
        const found = answer(text, { a: a as Json, b: b as Json })
        if (typeof found === 'boolean') decided++
        else expect(found).toMatch(/^[^]*: .+/)
      }),
      { numRuns: 5000 },
    )
    expect(decided).toBeGreaterThan(20)
  })
})

test('the variables of an expression are known with their places; the items of its macros are none', () => {
  const text =
    'plan.items.exists(x, x.id == wanted && size(x.tags) > least) ? has(other.key) : list[index] in [a, -b, !c]'
  const parsed = parseExpression(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const found = [...usesIn(parsed.expression)].map(({ variable }) => variable)
  expect(found.map(({ name }) => name)).toEqual([
    'plan',
    'wanted',
    'least',
    'other',
    'list',
    'index',
    'a',
    'b',
    'c',
  ])
  for (const { name, start, end } of found) expect(text.slice(start, end)).toBe(name)
})

test('a variable is needed unless it has been asked whether it is there', () => {
  const neededIn = (text: string): string => {
    const parsed = parseExpression(text)
    if (!parsed.ok) throw new Error(parsed.problem.message)
    const needed = [...usesIn(parsed.expression)].filter(({ isNeeded }) => isNeeded)
    return needed.map(({ variable }) => `${variable.name}${variable.start}`).join(' ')
  }
  expect(neededIn('a > 1')).toBe('a0')
  expect(neededIn('has(a)')).toBe('')
  expect(neededIn('has(a.b)')).toBe('')
  expect(neededIn('has(a) && a > 1')).toBe('')
  expect(neededIn('has(a.b[0].c) && a.d > 1 && b')).toBe('b28')
  expect(neededIn('a > 1 && has(a)')).toBe('a0')
  expect(neededIn('!has(a) || a > 1')).toBe('')
  expect(neededIn('has(a) || a > 1')).toBe('a10')
  expect(neededIn('has(a) ? a > 1 : a < 1')).toBe('a17')
  expect(neededIn('!(!has(a) || !has(b)) && a < b')).toBe('')
  expect(neededIn('has(a) && list.all(x, x > a)')).toBe('list10')
})
