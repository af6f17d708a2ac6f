import type { EachName, FunctionName } from './expression.ts'

interface FunctionForm {
  /** May be written before its value: `size(x)`. */
  readonly isPlain: boolean
  /** May be written behind its value: `x.size()`. */
  readonly isMethod: boolean
  readonly takesArgument: boolean
  /** How it is written, for people. */
  readonly form: string
}

const plain = (name: string): FunctionForm => ({
  isPlain: true,
  isMethod: false,
  takesArgument: false,
  form: `${name}(x)`,
})
const method = (name: string, takesArgument: boolean): FunctionForm => ({
  isPlain: false,
  isMethod: true,
  takesArgument,
  form: takesArgument ? `x.${name}("…")` : `x.${name}()`,
})

/**
 * The functions of a condition. What only looks at values and takes time in proportion to them is here; patterns,
 * dates and building texts are what function steps are for.
 */
export const functionForms: ReadonlyMap<string, FunctionForm & { readonly name: FunctionName }> = new Map(
  (
    [
      ['size', { ...plain('size'), isMethod: true }],
      ['int', plain('int')],
      ['double', plain('double')],
      ['string', plain('string')],
      ['bool', plain('bool')],
      ['contains', method('contains', true)],
      ['startsWith', method('startsWith', true)],
      ['endsWith', method('endsWith', true)],
      ['lowerAscii', method('lowerAscii', false)],
      ['upperAscii', method('upperAscii', false)],
      ['trim', method('trim', false)],
    ] as const
  ).map(([name, form]) => [name, { ...form, name }]),
)

/** What asks each item of a list: how it is written. */
export const eachForms: ReadonlyMap<string, { readonly name: EachName; readonly form: string }> = new Map(
  (
    [
      ['all', 'list.all(x, x > 0)'],
      ['exists', 'list.exists(x, x > 0)'],
      ['exists_one', 'list.exists_one(x, x > 0)'],
      ['filter', 'list.filter(x, x > 0)'],
      ['map', 'list.map(x, x.key)'],
    ] as const
  ).map(([name, form]) => [name, { name, form }]),
)
