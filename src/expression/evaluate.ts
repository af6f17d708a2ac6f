import type { Json } from '../source/json.ts'
import { compute } from './arithmetic.ts'
import { call } from './calls.ts'
import { areEqual, compareTexts } from './comparison.ts'
import {
  isPath,
  pathText,
  type Path,
  type Binary,
  type Each,
  type Expression,
  type Index,
  type Member,
  type Variable,
} from './expression.ts'
import { Failure } from './failure.ts'
import type { Problem } from './unreadable.ts'
import { describeValue, isList, isNumber, isObject, type Value } from './value.ts'
import { MOST_WORK, TooMuchWork, Work } from './work.ts'

export type Evaluated =
  { readonly ok: true; readonly value: boolean } | { readonly ok: false; readonly problem: Problem }

/** The value of a variable; undefined when it has none. */
export type ValueLookup = (variable: string) => Json | undefined

/**
 * Whether an expression is true of these values. Never throws. Takes a bounded time whatever the values are; texts
 * among them are values and nothing else.
 */
export function evaluateCondition(
  expression: Expression,
  lookup: ValueLookup,
  mostWork: number = MOST_WORK,
): Evaluated {
  try {
    const value = new Evaluation(lookup, new Work(mostWork)).of(expression)
    return typeof value === 'boolean'
      ? { ok: true, value }
      : { ok: false, problem: noCondition(expression, value).problem }
  } catch (error) {
    if (error instanceof Failure) return { ok: false, problem: error.problem }
    if (!(error instanceof TooMuchWork)) throw error
    const message = 'the values are too large for this condition'
    const { start, end } = expression
    return { ok: false, problem: { message, help: 'compute it in a function step', start, end } }
  }
}

function noCondition(expression: Expression, value: Value): Failure {
  return new Failure(expression, `this must be true or false, and it is ${describeValue(value)}`)
}

/** The item of a macro, and those of the macros around it. */
interface Item {
  readonly name: string
  readonly value: Value
  readonly outer: Item | undefined
}

/** An error is made with the stack that led to it. */
const COST_OF_FAILURE = 50

/** One evaluation: counts its work. Throws `Failure` and `TooMuchWork`. */
class Evaluation {
  readonly #lookup: ValueLookup
  readonly #work: Work
  #item: Item | undefined

  constructor(lookup: ValueLookup, work: Work) {
    this.#lookup = lookup
    this.#work = work
  }

  of(node: Expression): Value {
    this.#work.spend(1)
    switch (node.kind) {
      case 'literal':
        return node.value
      case 'variable': {
        const value = this.#variable(node)
        if (value === undefined) throw new Failure(node, `"${node.name}" has no value`)
        return value
      }
      case 'member':
      case 'index':
        return this.#part(node)
      case 'list':
        return node.items.map((item) => this.of(item))
      case 'not':
        return !this.#condition(node.of)
      case 'minus':
        return compute('-', 0n, this.of(node.of), node, this.#work)
      case 'and':
      case 'or':
        return this.#joined(node.parts.length, node.kind === 'or', (position) => node.parts[position] ?? node)
      case 'choice':
        return this.of(this.#condition(node.condition) ? node.yes : node.no)
      case 'binary':
        return this.#binary(node)
      case 'call': {
        const argument = node.argument === undefined ? undefined : this.of(node.argument)
        return call(node, this.of(node.of), argument, this.#work)
      }
      case 'has':
        return this.#has(node.of)
      case 'each':
        return this.#each(node)
    }
  }

  #variable({ name, isItem }: Variable): Value | undefined {
    if (!isItem) return this.#lookup(name)
    let item = this.#item
    while (item !== undefined && item.name !== name) item = item.outer
    return item?.value
  }

  #condition(node: Expression): boolean {
    const value = this.of(node)
    if (typeof value !== 'boolean') throw noCondition(node, value)
    return value
  }

  /**
   * `&&` and `||` over parts, and `all` and `exists` over items: the first part that decides does so, whatever the
   * others are; only when none does is one that failed a failure of the whole.
   */
  #joined(count: number, decisive: boolean, part: (position: number) => Expression): boolean {
    let failure: Failure | undefined
    for (let position = 0; position < count; position++) {
      try {
        if (this.#condition(part(position)) === decisive) return decisive
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        failure ??= error
        this.#work.spend(COST_OF_FAILURE)
      }
    }
    if (failure !== undefined) throw failure
    return !decisive
  }

  #part(node: Member | Index): Value {
    const of = this.of(node.of)
    const key = node.kind === 'member' ? node.key : this.of(node.at)
    const part = partOf(of, key)
    if (part !== undefined) return part
    const place = node.kind === 'member' ? { start: node.keyStart, end: node.end } : node.at
    const shown =
      typeof key === 'string' ? `"${key.slice(0, 60)}"` : isNumber(key) ? `[${key}]` : describeValue(key)
    const before = pathText(node.of)
    const what = before === undefined ? describeValue(of) : `"${before}"`
    const reason =
      isList(of) || isObject(of) || before === undefined ? '' : `, since it is ${describeValue(of)}`
    throw new Failure(place, `${what} has no ${shown}${reason}`)
  }

  #has(node: Path): boolean {
    this.#work.spend(1)
    if (node.kind === 'variable') return this.#variable(node) !== undefined
    const { of } = node
    if (isPath(of) && !this.#has(of)) return false
    return partOf(this.of(of), node.kind === 'member' ? node.key : this.of(node.at)) !== undefined
  }

  #binary(node: Binary): Value {
    const left = this.of(node.left)
    const right = this.of(node.right)
    switch (node.operator) {
      case '==':
        return areEqual(left, right, this.#work)
      case '!=':
        return !areEqual(left, right, this.#work)
      case 'in':
        if (isList(right)) return right.some((item) => areEqual(left, item, this.#work))
        if (isObject(right)) return typeof left === 'string' && Object.hasOwn(right, left)
        throw new Failure(
          node.right,
          `"in" looks into a list or an object, and this is ${describeValue(right)}`,
        )
      case '<':
        return this.#compare(node, left, right) < 0
      case '<=':
        return this.#compare(node, left, right) <= 0
      case '>':
        return this.#compare(node, left, right) > 0
      case '>=':
        return this.#compare(node, left, right) >= 0
      default:
        return compute(node.operator, left, right, node, this.#work)
    }
  }

  #compare(node: Binary, left: Value, right: Value): number {
    if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right, this.#work)
    if (isNumber(left) && isNumber(right)) {
      if (left < right) return -1
      if (left > right) return 1
      // NaN is neither less nor more nor the same.
      return areEqual(left, right, this.#work) ? 0 : Number.NaN
    }
    const what = `${describeValue(left)} with ${describeValue(right)}`
    const isMixed = isNumber(left) ? typeof right === 'string' : isNumber(right) && typeof left === 'string'
    const help = isMixed ? 'double(x) makes a number of a text' : 'numbers and texts can be compared so'
    throw new Failure(node, `"${node.operator}" cannot compare ${what}`, help)
  }

  #each(node: Each): Value {
    const of = this.of(node.list)
    if (!isList(of) && !isObject(of))
      throw new Failure(node.list, `"${node.name}" needs a list, and this is ${describeValue(of)}`)
    const items = isList(of) ? of : Object.keys(of)
    const outer = this.#item
    const at = (position: number): void => {
      this.#item = { name: node.item, value: items[position] ?? null, outer }
    }
    try {
      switch (node.name) {
        case 'all':
        case 'exists':
          return this.#joined(items.length, node.name === 'exists', (position) => {
            at(position)
            return node.body
          })
        case 'exists_one':
          return this.#chosen(items, at, node.body).length === 1
        case 'filter':
          return this.#chosen(items, at, node.body)
        case 'map': {
          const values: Value[] = []
          for (const position of items.keys()) {
            at(position)
            if (node.condition === undefined || this.#condition(node.condition))
              values.push(this.of(node.body))
          }
          return values
        }
      }
    } finally {
      this.#item = outer
    }
  }

  #chosen(items: readonly Value[], at: (position: number) => void, body: Expression): readonly Value[] {
    return items.filter((_, position) => {
      at(position)
      return this.#condition(body)
    })
  }
}

/** Own entries only: a value's prototype is not part of it. */
function partOf(of: Value, key: Value): Value | undefined {
  if (isList(of)) return isNumber(key) ? of[Number(key)] : undefined
  return isObject(of) && typeof key === 'string' && Object.hasOwn(of, key) ? of[key] : undefined
}
