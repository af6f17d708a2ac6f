import type { Call } from './expression.ts'
import { Failure } from './failure.ts'
import { characterCount, contains, lowerAscii, upperAscii } from './texts.ts'
import { describeValue, isList, isObject, type Value } from './value.ts'
import type { Work } from './work.ts'

/** What a function gives for its value and its argument. Throws `Failure`. */
export function call(node: Call, value: Value, argument: Value | undefined, work: Work): Value {
  switch (node.name) {
    case 'size':
      if (typeof value === 'string') return BigInt(characterCount(value, work))
      if (isList(value)) return BigInt(value.length)
      if (isObject(value)) {
        const { length } = Object.keys(value)
        work.spend(length)
        return BigInt(length)
      }
      throw unfit(node, 'a text, a list or an object', value)
    case 'int':
      return toInt(node, value)
    case 'double':
      return toDouble(node, value)
    case 'string':
      if (typeof value === 'object') throw unfit(node, 'a text, a number, true or false', value)
      return `${value}`
    case 'bool':
      if (typeof value === 'boolean') return value
      if (typeof value === 'string' && /^(?:1|t|true|TRUE|True)$/.test(value)) return true
      if (typeof value === 'string' && /^(?:0|f|false|FALSE|False)$/.test(value)) return false
      throw unfit(node, '"true" or "false"', value)
    case 'contains':
      return contains(textOf(node, value), argumentOf(node, argument), work)
    case 'startsWith':
    case 'endsWith': {
      const text = textOf(node, value)
      const piece = argumentOf(node, argument)
      work.read(piece.length)
      return node.name === 'endsWith' ? text.endsWith(piece) : text.startsWith(piece)
    }
    case 'lowerAscii':
      return lowerAscii(textOf(node, value), work)
    case 'upperAscii':
      return upperAscii(textOf(node, value), work)
    case 'trim': {
      const text = textOf(node, value)
      work.read(text.length)
      return text.trim()
    }
  }
}

const LIMIT = 2 ** 63

function toInt(node: Call, value: Value): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Math.abs(value) < LIMIT) return BigInt(Math.trunc(value))
  if (typeof value === 'string' && /^[+-]?\d{1,19}$/.test(value)) {
    const whole = BigInt(value.startsWith('+') ? value.slice(1) : value)
    if (BigInt.asIntN(64, whole) === whole) return whole
  }
  throw unfit(node, 'a whole number', value)
}

const decimal = /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?$/

function toDouble(node: Call, value: Value): number {
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value)
  if (typeof value === 'string' && decimal.test(value)) return Number(value)
  throw unfit(node, 'a number', value)
}

function textOf(node: Call, value: Value): string {
  if (typeof value === 'string') return value
  throw unfit(node, 'a text', value)
}

function argumentOf({ name, of, argument }: Call, value: Value | undefined): string {
  if (typeof value === 'string') return value
  throw new Failure(argument ?? of, `"${name}" looks for a text, and this is ${describeValue(value ?? null)}`)
}

function unfit({ name, of }: Call, needed: string, value: Value): Failure {
  if (typeof value !== 'string')
    return new Failure(of, `"${name}" needs ${needed}, and this is ${describeValue(value)}`)
  const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value
  const help = /^\s|\s$/.test(value)
    ? `blanks around it can be taken away first: ${name}(x.trim())`
    : undefined
  return new Failure(of, `"${name}" needs ${needed}, and this is the text ${JSON.stringify(shown)}`, help)
}
