/**
 * A CEL expression as it was read: a closed tree, in which nothing is left to look up but variables. Offsets are those
 * of the text.
 */
export type Expression =
  | Literal
  | Variable
  | Member
  | Index
  | Joined
  | Choice
  | Binary
  | Call
  | Each
  | {
      readonly kind: 'list'
      readonly items: readonly Expression[]
      readonly start: number
      readonly end: number
    }
  | { readonly kind: 'not' | 'minus'; readonly of: Expression; readonly start: number; readonly end: number }
  /** Whether a path leads to a value. */
  | {
      readonly kind: 'has'
      readonly of: Path
      readonly start: number
      readonly end: number
    }

interface Placed {
  readonly start: number
  readonly end: number
}

export interface Literal extends Placed {
  readonly kind: 'literal'
  /** Whole numbers are bigint, numbers with a point are number. */
  readonly value: string | number | bigint | boolean | null
}

export interface Variable extends Placed {
  readonly kind: 'variable'
  readonly name: string
  /** Whether `all`, `exists` and the like around it give it its value. */
  readonly isItem: boolean
}

/** `of.key` */
export interface Member extends Placed {
  readonly kind: 'member'
  readonly of: Expression
  readonly key: string
  /** Where the key begins. */
  readonly keyStart: number
}

/** `of[at]` */
export interface Index extends Placed {
  readonly kind: 'index'
  readonly of: Expression
  readonly at: Expression
}

/** All parts of a chain of `&&` or of `||`: two or more. */
export interface Joined extends Placed {
  readonly kind: 'and' | 'or'
  readonly parts: readonly Expression[]
}

/** `condition ? yes : no` */
export interface Choice extends Placed {
  readonly kind: 'choice'
  readonly condition: Expression
  readonly yes: Expression
  readonly no: Expression
}

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%'

export interface Binary extends Placed {
  readonly kind: 'binary'
  readonly operator: Operator
  readonly left: Expression
  readonly right: Expression
}

export type FunctionName =
  | 'size'
  | 'int'
  | 'double'
  | 'string'
  | 'bool'
  | 'contains'
  | 'startsWith'
  | 'endsWith'
  | 'lowerAscii'
  | 'upperAscii'
  | 'trim'

/** A function of one value, `size(x)` or `x.size()`, or of two, `x.contains(y)`: what stands before the point is the first. */
export interface Call extends Placed {
  readonly kind: 'call'
  readonly name: FunctionName
  readonly of: Expression
  readonly argument: Expression | undefined
}

export type EachName = 'all' | 'exists' | 'exists_one' | 'filter' | 'map'

/** `list.all(item, body)`; a map of three arguments has a condition, too. */
export interface Each extends Placed {
  readonly kind: 'each'
  readonly name: EachName
  readonly list: Expression
  readonly item: string
  readonly condition: Expression | undefined
  readonly body: Expression
}

/** A variable, or a key or an index of something. */
export type Path = Variable | Member | Index

/** Whether it leads from a variable to a part of its value. */
export function isPath(expression: Expression): expression is Path {
  if (expression.kind === 'variable') return true
  return (expression.kind === 'member' || expression.kind === 'index') && isPath(expression.of)
}

/** A path as it is written, `a.b[0]`; undefined for what is none. */
export function pathText(expression: Expression): string | undefined {
  if (expression.kind === 'variable') return expression.name
  if (expression.kind !== 'member' && expression.kind !== 'index') return undefined
  const before = pathText(expression.of)
  if (before === undefined) return undefined
  if (expression.kind === 'member') return `${before}.${expression.key}`
  const { at } = expression
  if (at.kind !== 'literal' || typeof at.value === 'object' || typeof at.value === 'boolean') return undefined
  return `${before}[${typeof at.value === 'string' ? JSON.stringify(at.value) : at.value}]`
}
