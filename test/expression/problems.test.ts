import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEEPEST, LONGEST, parseExpression } from '../../src/expression/parse.ts'

const wrong = `
score = 3
score === 3
score !== 3
score <> 3
score => 3
score ≥ 3
ready and done
ready AND done
ready or done
ready & done
ready | done
ready xor done
not ready
not (ready)
NOT ready
if score > 3
label is "good"
label is not "good"
label not in names
names contains "ann"
label startswith "a"
score > 3 then ready
{score} > 3
{{ plan.title }} == "Moon"
\${score} > 3
$score > 3
{"a": 1} == plan
label == “good”
label == ‘good’
label == positive review
label == "good
label == 'it's'
label == "\\d"
label == b"good"
label.matches("^a+$")
label.match("a")
label.length() > 3
len(label) > 3
label.toLowerCase() == "good"
label.includes("good")
label.includes ("good")
contains(label, "good")
label.contains()
label.size(3)
label.int() > 3
int() > 3
int(label, 10) > 3
size(names
(score > 3
names[0
[1, 2
score > 3)
names]
score > 3 &&
score >
&& ready
score ? 1
score ?? 3 > 1
plan?.title == "Moon"
plan.3 == 1
plan.my-key.3 == 1
plan."my key" == 1
names.all(name > 3)
names.all(3, name > 3)
names.exists(name)
names.exists(name, name == "a", 3)
names.map(name, name, name, name)
names.all(
has("a")
has(plan.title, 3)
has(3)
3px > score
3u > score
3. > score
.5 > score
1_000 > score
99999999999999999999 > score
1e999 > score
score ** 2 > 3
score > 3; ready
score > 3 # good
now() > 3
@score > 3
größe > 3
score > 3 ready
true false
in
`

test('every slip is named where it is, and the help says what to write', async () => {
  const shown = wrong
    .trim()
    .split('\n')
    .map((text) => {
      const parsed = parseExpression(text)
      if (parsed.ok) return `${text}\nnothing is wrong\n`
      const { start, end, message, help } = parsed.problem
      const underline = ' '.repeat(start) + '^'.repeat(Math.max(1, end - start))
      return `${text}\n${underline}\n${message}\n${help === undefined ? '' : `help: ${help}\n`}`
    })
  await expect(shown.join('\n')).toMatchFileSnapshot('problems.txt')
})

test('what is too long or too deep is refused', () => {
  const messageOf = (text: string): string => {
    const parsed = parseExpression(text)
    return parsed.ok ? 'fine' : parsed.problem.message
  }
  const nested = (levels: number): string => `${'('.repeat(levels)}true${')'.repeat(levels)}`
  expect(messageOf(nested(DEEPEST - 1))).toBe('fine')
  expect(messageOf(nested(DEEPEST))).toMatch('nested more than 100 levels deep')
  expect(messageOf('!'.repeat(9000))).toMatch('nested more than')
  expect(messageOf(`${'-'.repeat(9000)}1 > 0`)).toMatch('nested more than')
  expect(messageOf(`1${'+1'.repeat(4000)} > 0`)).toMatch('nested more than')
  expect(messageOf(`a${'.b'.repeat(4000)}`)).toMatch('nested more than')
  expect(messageOf(`a${'[a'.repeat(4000)}`)).toMatch('nested more than')
  expect(messageOf('true ? '.repeat(1400))).toMatch('nested more than')
  expect(messageOf('a.all(x, '.repeat(1000))).toMatch('nested more than')
  expect(messageOf(`true${' && true'.repeat(1200)}`)).toBe('fine')
  expect(messageOf(`true ${' '.repeat(LONGEST)}`)).toMatch('more than 10000 characters')
})

const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      'a',
      'b.c',
      'has(',
      'all(',
      '.exists(x, ',
      '.map(x, ',
      'size(',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '"""',
      "r'",
    ),
    fc.constantFrom(
      '&&',
      '||',
      '==',
      '=',
      '!',
      '-',
      '+',
      '%',
      '/',
      '//',
      '?',
      ':',
      ',',
      '.',
      ' ',
      '\n',
      '\\',
      '\\u12',
      'in',
      'not',
      'is',
    ),
    fc.constantFrom(
      '1',
      '0.5',
      '0x',
      '1e',
      '1e9',
      '99999999999999999999',
      'true',
      'null',
      '__proto__',
      'constructor',
      '😀',
      '\u0000',
      '\ud800',
    ),
    fc.string(),
  ),
  { maxLength: 40 },
)

test('no text makes reading throw, and a problem lies inside the text', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('')
      const parsed = parseExpression(text)
      if (parsed.ok) return
      const { start, end, message } = parsed.problem
      expect(0 <= start && start <= end && end <= text.length, `${start} ${end} ${text}`).toBe(true)
      expect(message).not.toBe('')
    }),
    { numRuns: 5000 },
  )
})
