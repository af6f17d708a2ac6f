import type { Expression, Operator } from './expression.ts'
import { Failure } from './failure.ts'
import { describeValue, isList, isNumber, type Value } from './value.ts'
import type { Work } from './work.ts'

const LEAST_INT = -(2n ** 63n)
const MOST_INT = 2n ** 63n - 1n
/** A longer text or list is not made. */
const MOST_LETTERS = 8 * 1024 * 1024

/**
 * The sum, difference and so on of two numbers; `+` also joins two texts or two lists. As in CEL, whole numbers that
 * the expression itself makes stay whole, so that `7 / 2` is 3; with a number of JSON the result is exact.
 */
export function compute(operator: Operator, left: Value, right: Value, node: Expression, work: Work): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return wholes(operator, left, right, node)
  if (isNumber(left) && isNumber(right)) return doubles(operator, Number(left), Number(right), node)
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') {
    const length = left.length + right.length
    if (length > MOST_LETTERS)
      throw new Failure(node, `the text would have more than ${MOST_LETTERS} characters`)
    work.read(length)
    return left + right
  }
  if (operator === '+' && isList(left) && isList(right)) {
    work.spend(left.length + right.length)
    return [...left, ...right]
  }
  if (node.kind === 'minus')
    throw new Failure(node, `"-" needs a number, and this is ${describeValue(right)}`)
  const what = operator === '+' ? 'two numbers, two texts or two lists' : 'two numbers'
  const found = `${describeValue(left)} and ${describeValue(right)}`
  throw new Failure(node, `"${operator}" needs ${what}, and not ${found}`)
}

function wholes(operator: Operator, left: bigint, right: bigint, node: Expression): bigint {
  if (right === 0n && (operator === '/' || operator === '%')) throw new Failure(node, 'this divides by zero')
  const result =
    operator === '+'
      ? left + right
      : operator === '-'
        ? left - right
        : operator === '*'
          ? left * right
          : operator === '/'
            ? left / right
            : left % right
  if (result < LEAST_INT || result > MOST_INT)
    throw new Failure(node, 'the result is too large for a whole number')
  return result
}

function doubles(operator: Operator, left: number, right: number, node: Expression): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    default:
      if (right === 0) throw new Failure(node, 'this divides by zero')
      if (!Number.isInteger(left) || !Number.isInteger(right))
        throw new Failure(node, '"%" needs whole numbers')
      return left % right
  }
}
