import type { Problem } from './unreadable.ts'

/** Signs of templates and of other languages, with what is written here. Longer ones first. */
const signs: readonly (readonly [
  pattern: RegExp,
  message: string,
  help: (match: RegExpExecArray) => string,
])[] = [
  [/[=!]==/y, '', ([sign]) => `write ${sign.slice(0, 2)}`],
  [/<>/y, '', () => 'write !='],
  [/=<|=>/y, '', ([sign]) => `write ${sign === '=<' ? '<=' : '>='}`],
  [/=(?![=<>])/y, '"=" does not compare', () => 'write =='],
  [/&(?!&)/y, '', () => 'write &&'],
  [/\|(?!\|)/y, '', () => 'write ||; a formatter belongs in a template'],
  [/(?<![\w)\]"'])\.\d+/y, '', ([number]) => `write 0${number}`],
  [/\?\?/y, '', () => 'ask with "has" first: has(a.b) && a.b == …'],
  [/\?\./y, '', () => 'ask with "has" first: has(a.b) && a.b == …'],
  [/\*\*/y, '', () => 'a function step can compute it'],
  [
    /\$?\{+\s*([A-Za-z_]\w*(?:\.\w+|\[\d+\])*)\s*\}+/y,
    'braces belong in templates; here a variable stands by its name alone',
    ([, path = '']) => `write ${path}`,
  ],
  [/\{/y, 'a condition knows no objects', () => 'compare one key at a time: a.b == …'],
  [/\$([A-Za-z_]\w*)/y, '', ([, name = '']) => `write ${name}`],
  [/[“”„«»]/y, '', () => 'write straight quotes: "…"'],
  [/[‘’‚`]/y, '', () => "write straight quotes: '…'"],
  [/[≠]/y, '', () => 'write !='],
  [/[≤]/y, '', () => 'write <='],
  [/[≥]/y, '', () => 'write >='],
  [/#/y, '', () => 'write a comment as // …'],
  [/;/y, 'a condition is one expression', () => 'join two of them with && or ||'],
  [/[bB](?=["'])/y, 'a condition knows no bytes', () => 'write the text without the b'],
]

/** A sign that has no meaning here although it has one elsewhere. */
export function unknownSign(text: string, at: number): Problem | undefined {
  for (const [pattern, message, help] of signs) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) continue
    const said = message === '' ? `"${match[0]}" has no meaning here` : message
    return { message: said, help: help(match), start: at, end: at + match[0].length }
  }
  return undefined
}

/** Words that stand for an operator elsewhere. */
const operators: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  is: '==',
  isnt: '!=',
  eq: '==',
  equals: '==',
  ne: '!=',
  neq: '!=',
  gt: '>',
  gte: '>=',
  ge: '>=',
  lt: '<',
  lte: '<=',
  le: '<=',
  mod: '%',
  xor: '!=',
}

/** What to write for a word where an operator is awaited; the word after it is known. */
export function operatorFor(word: string, next: string): string | undefined {
  const folded = word.toLowerCase()
  if (folded === 'is' && next === 'not') return 'write !='
  if (folded === 'not' && next === 'in') return 'write !(x in y)'
  if (['contains', 'includes', 'has', 'like', 'matches'].includes(folded)) return 'write x.contains("…")'
  if (folded === 'startswith' || folded === 'endswith')
    return `write x.${folded === 'startswith' ? 'startsWith' : 'endsWith'}("…")`
  if (folded === 'if' || folded === 'then' || folded === 'else') return 'write condition ? yes : no'
  return Object.hasOwn(operators, folded) ? `write ${operators[folded] ?? ''}` : undefined
}

const values: Readonly<Record<string, string>> = {
  true: 'true',
  false: 'false',
  yes: 'true',
  no: 'false',
  null: 'null',
  none: 'null',
  nil: 'null',
  undefined: 'null',
}

/** What a name may be meant as that is no variable: `True`, `None`. */
export function valueFor(name: string): string | undefined {
  const folded = name.toLowerCase()
  return Object.hasOwn(values, folded) ? values[folded] : undefined
}

/** Words that are written before a condition elsewhere. */
export function prefixFor(word: string): string | undefined {
  const folded = word.toLowerCase()
  if (folded === 'not') return 'write !x, or !(…) around more than a name'
  return folded === 'if' || folded === 'when' || folded === 'until' ? 'write the condition alone' : undefined
}

const functions: Readonly<Record<string, string>> = {
  len: 'size',
  length: 'size',
  count: 'size',
  includes: 'contains',
  starts_with: 'startsWith',
  startswith: 'startsWith',
  ends_with: 'endsWith',
  endswith: 'endsWith',
  lower: 'lowerAscii',
  tolower: 'lowerAscii',
  tolowercase: 'lowerAscii',
  lowercase: 'lowerAscii',
  upper: 'upperAscii',
  toupper: 'upperAscii',
  touppercase: 'upperAscii',
  uppercase: 'upperAscii',
  strip: 'trim',
  float: 'double',
  number: 'double',
  parseint: 'int',
  parsefloat: 'double',
  uint: 'int',
  str: 'string',
  tostring: 'string',
  boolean: 'bool',
  any: 'exists',
  some: 'exists',
  every: 'all',
  defined: 'has',
}

/** The function that another language calls so. */
export function functionFor(name: string): string | undefined {
  const folded = name.toLowerCase()
  return Object.hasOwn(functions, folded) ? functions[folded] : undefined
}

const noPatterns =
  'write x.contains("…"), x.startsWith("…") or x.endsWith("…"); a function step can use patterns'

/** What to do instead with a function that is left out on purpose. */
export function taskFor(name: string): string | undefined {
  const folded = name.toLowerCase()
  if (['matches', 'match', 'test', 'regex', 'search'].includes(folded)) return noPatterns
  return ['timestamp', 'duration', 'now', 'date', 'today'].includes(folded)
    ? 'a function step can compare times'
    : undefined
}
