import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import {
  isPath,
  pathText,
  type Binary,
  type Call,
  type Each,
  type Expression,
  type Index,
  type Member,
} from '../expression/expression.ts'
import { presentWhen } from '../expression/presence.ts'
import type { Span } from '../source/span.ts'
import { comparisonHelp, noPart, partHelp } from './condition-help.ts'
import type { WrittenCondition } from './conditions.ts'
import { anyList, anyObject, itemType, optionsOf, partType } from './type-parts.ts'
import type { TypeLookup } from './typed-values.ts'
import {
  canBe,
  describeType,
  either,
  entryOf,
  listOf,
  numberType,
  textType,
  unknownType,
  type ValueType,
} from './value-type.ts'

/** Holds a condition against the types of what it names: it must be true or false, and each part get what it can take. */
export function checkCondition(written: WrittenCondition, sources: Sources, diagnosis: Diagnosis): void {
  new ConditionTypes(written, sources, diagnosis).check()
}

/** What a condition sees. */
export interface Sources {
  readonly typeOf: TypeLookup
  /** Says of a variable that it may have no value, if it may have none. */
  readonly checkPresence: (variable: string, span: Span) => void
}

const boolean: ValueType = { kind: 'boolean' }
const textOrNumber: ValueType = { kind: 'either', options: [textType, numberType] }

/** The items of the macros around, and the paths that are known to be there. */
interface Sight {
  readonly items: ReadonlyMap<string, ValueType>
  readonly present: ReadonlySet<string>
}

/** Finds the type of each part of one condition. What is wrong is reported once, and is of any type from there on. */
class ConditionTypes {
  readonly #written: WrittenCondition
  readonly #sources: Sources
  readonly #diagnosis: Diagnosis

  constructor(written: WrittenCondition, sources: Sources, diagnosis: Diagnosis) {
    this.#written = written
    this.#sources = sources
    this.#diagnosis = diagnosis
  }

  check(): void {
    const { expression } = this.#written.condition
    this.#boolean(expression, { items: new Map(), present: new Set() })
  }

  #typeOf(node: Expression, sight: Sight): ValueType {
    switch (node.kind) {
      case 'literal':
        return typeOfLiteral(node.value)
      case 'variable':
        if (node.isItem) return sight.items.get(node.name) ?? unknownType
        if (!sight.present.has(node.name))
          this.#sources.checkPresence(node.name, this.#written.place(node.start, node.end))
        return this.#sources.typeOf(node.name) ?? unknownType
      case 'member':
      case 'index':
        return this.#part(node, sight)
      case 'list': {
        const first = node.items.map((item) => this.#typeOf(item, sight))
        return { kind: 'list', first, items: unknownType, atLeast: first.length, atMost: first.length }
      }
      case 'not':
        this.#boolean(node.of, sight)
        return boolean
      case 'minus':
        this.#expect(node.of, sight, { wanted: numberType, by: '"-" needs a number' })
        return numberType
      case 'and':
      case 'or': {
        const present = new Set(sight.present)
        for (const part of node.parts) {
          this.#boolean(part, { ...sight, present })
          for (const path of presentWhen(part, node.kind === 'and')) present.add(path)
        }
        return boolean
      }
      case 'choice': {
        this.#boolean(node.condition, sight)
        const branch = (part: Expression, value: boolean): ValueType =>
          this.#typeOf(part, {
            ...sight,
            present: new Set([...sight.present, ...presentWhen(node.condition, value)]),
          })
        const [yes, no] = [branch(node.yes, true), branch(node.no, false)]
        if (canBe(yes, no)) return either([yes, no])
        this.#report(
          node,
          `${this.#shown(node.yes)} is ${describeType(yes)} and ${this.#shown(node.no)} is ${describeType(no)}: "?" chooses between two of a kind`,
        )
        return unknownType
      }
      case 'binary':
        return this.#binary(node, sight)
      case 'call':
        return this.#call(node, sight)
      case 'has':
        // That a part is missing is what it asks; that it can never be there is a slip.
        if (node.of.kind !== 'variable')
          this.#part(node.of, { ...sight, present: new Set(presentWhen(node, true)) })
        return boolean
      case 'each':
        return this.#each(node, sight)
    }
  }

  #boolean(node: Expression, sight: Sight): void {
    const type = this.#typeOf(node, sight)
    if (canBe(type, boolean)) return
    const shown = this.#shown(node)
    const help =
      type.kind === 'list' || type.kind === 'object' || type.kind === 'text'
        ? `to ask whether there is something in it write size(${shown}) > 0`
        : type.kind === 'number'
          ? `compare it with a number: ${shown} > 0`
          : 'compare it with something'
    this.#report(node, `this must be true or false, and ${shown} is ${describeType(type)}`, help)
  }

  #part(node: Member | Index, sight: Sight): ValueType {
    const of = this.#typeOf(node.of, sight)
    const key = node.kind === 'member' ? node.key : this.#keyOf(node, of, sight)
    if (key === undefined) return partType(of)
    const { exists, type } = entryOf(of, key)
    if (exists === 'always') return type
    const path = pathText(node)
    if (exists === 'perhaps' && path !== undefined && sight.present.has(path)) return type
    const place = node.kind === 'member' ? { start: node.keyStart, end: node.end } : node.at
    const before = this.#shown(node.of)
    const what = typeof key === 'number' ? `[${key}]` : `"${key}"`
    const span = this.#written.place(place.start, place.end)
    if (exists === 'perhaps') {
      const reason =
        typeof key === 'number'
          ? `"${before}" may have fewer items`
          : `nothing requires "${before}" to have ${what}`
      const help =
        path === undefined || !isPath(node) ? 'ask with "has" first' : `ask first: has(${path}) && …`
      this.#diagnosis.error('missing-value', span, `${this.#shown(node)} may have no value: ${reason}`, {
        help,
      })
      return type
    }
    this.#diagnosis.error('wrong-path', span, `"${before}" ${noPart(of, what)}`, {
      help: partHelp(of, key, { before, guesses: this.#diagnosis.guesses }),
    })
    return unknownType
  }

  /** What an index looks for, where that is known; undefined where it is not. */
  #keyOf({ of, at }: Index, type: ValueType, sight: Sight): string | number | undefined {
    const isNumber = at.kind === 'literal' && typeof at.value === 'bigint'
    if (isNumber && at.value >= 0n) return Number(at.value)
    if (at.kind === 'literal' && typeof at.value === 'string') return at.value
    const wanted = type.kind === 'list' ? numberType : type.kind === 'object' ? textType : textOrNumber
    const what =
      type.kind === 'list'
        ? 'an index is a number'
        : type.kind === 'object'
          ? 'a key is a text'
          : 'a key is a text or a number'
    this.#expect(at, sight, { wanted, by: what })
    if (!canBe(type, anyList) && !canBe(type, anyObject))
      this.#report(of, `${this.#shown(of)} is ${describeType(type)}, which has no parts`)
    return undefined
  }

  #binary(node: Binary, sight: Sight): ValueType {
    const { operator } = node
    const left = this.#typeOf(node.left, sight)
    const right = this.#typeOf(node.right, sight)
    switch (operator) {
      case '==':
      case '!=': {
        if (canBe(left, right)) return boolean
        const always = operator === '==' ? 'never equal' : 'always different'
        this.#report(
          node,
          `${this.#isAnd(node, left, right)}: they are ${always}`,
          comparisonHelp(node, { left, right, shown: this.#shown }),
        )
        return boolean
      }
      case 'in':
        this.#in(node, left, right)
        return boolean
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const isText = canBe(left, textType) && canBe(right, textType)
        if (!isText && !(canBe(left, numberType) && canBe(right, numberType)))
          this.#report(
            node,
            `"${operator}" compares two numbers or two texts, and ${this.#isAnd(node, left, right)}`,
            comparisonHelp(node, { left, right, shown: this.#shown }),
          )
        return boolean
      }
      default:
        return this.#sum(node, left, right)
    }
  }

  #sum(node: Binary, left: ValueType, right: ValueType): ValueType {
    const kinds = node.operator === '+' ? [numberType, textType, anyList] : [numberType]
    const possible = kinds.filter((kind) => canBe(left, kind) && canBe(right, kind))
    if (possible.length > 0) return either(possible)
    const what = node.operator === '+' ? 'two numbers, two texts or two lists' : 'two numbers'
    this.#report(
      node,
      `"${node.operator}" needs ${what}, and ${this.#isAnd(node, left, right)}`,
      comparisonHelp(node, { left, right, shown: this.#shown }),
    )
    return unknownType
  }

  #in(node: Binary, left: ValueType, right: ValueType): void {
    const [item, of] = [this.#shown(node.left), this.#shown(node.right)]
    const lists = optionsOf(right).filter(
      ({ kind }) => kind !== 'text' && kind !== 'number' && kind !== 'boolean' && kind !== 'nothing',
    )
    if (lists.length === 0) {
      const isText = canBe(right, textType) && canBe(left, textType)
      const help = isText ? `write ${of}.contains(${item})` : `compare it: ${item} == ${of}`
      this.#report(node, `"in" looks into a list or an object, and ${of} is ${describeType(right)}`, help)
      return
    }
    const fits = lists.some((one) =>
      one.kind === 'list'
        ? one.atMost === 0 || canBe(left, itemType(one))
        : one.kind === 'unknown' || canBe(left, textType),
    )
    if (fits) return
    const [first] = lists
    const inside =
      first?.kind === 'list'
        ? `the items of ${of} are each ${describeType(itemType(first))}`
        : `the keys of ${of} are texts`
    this.#report(node, `${item} is ${describeType(left)}, and ${inside}: it is never in it`)
  }

  #call(node: Call, sight: Sight): ValueType {
    const { name, of, argument } = node
    const expect = (wanted: ValueType, what: string, help?: string): void => {
      this.#expect(of, sight, { wanted, by: `"${name}" needs ${what}`, help })
    }
    switch (name) {
      case 'size':
        expect({ kind: 'either', options: [textType, anyList, anyObject] }, 'a text, a list or an object')
        return numberType
      case 'int':
      case 'double':
        expect(textOrNumber, 'a text or a number')
        return numberType
      case 'string':
        expect(
          { kind: 'either', options: [textType, numberType, boolean] },
          'a text, a number, true or false',
        )
        return textType
      case 'bool':
        expect({ kind: 'either', options: [textType, boolean] }, 'a text, true or false')
        return boolean
      case 'lowerAscii':
      case 'upperAscii':
      case 'trim':
        expect(textType, 'a text')
        return textType
      case 'contains':
      case 'startsWith':
      case 'endsWith': {
        const piece = argument === undefined ? '' : this.#shown(argument)
        const isList = name === 'contains' && canBe(this.#quietTypeOf(of, sight), anyList)
        expect(textType, 'a text', isList ? `write ${piece} in ${this.#shown(of)}` : undefined)
        if (argument !== undefined)
          this.#expect(argument, sight, { wanted: textType, by: `"${name}" looks for a text` })
        return boolean
      }
    }
  }

  #each(node: Each, sight: Sight): ValueType {
    const of = this.#expect(node.list, sight, {
      wanted: { kind: 'either', options: [anyList, anyObject] },
      by: `"${node.name}" needs a list`,
    })
    const items = optionsOf(of).map((option) =>
      option.kind === 'list' ? itemType(option) : option.kind === 'object' ? textType : unknownType,
    )
    const item = either(items)
    // What is known of another value of that name says nothing of the item.
    const present = [...sight.present].filter((path) => !new RegExp(`^${node.item}\\b`).test(path))
    const inner = { items: new Map(sight.items).set(node.item, item), present: new Set(present) }
    if (node.condition !== undefined) this.#boolean(node.condition, inner)
    if (node.name === 'map') return listOf(this.#typeOf(node.body, inner))
    this.#boolean(node.body, inner)
    return node.name === 'filter' ? listOf(item) : boolean
  }

  /** The type of a part that must be of another. */
  #expect(
    node: Expression,
    sight: Sight,
    {
      wanted,
      by,
      help,
    }: { readonly wanted: ValueType; readonly by: string; readonly help?: string | undefined },
  ): ValueType {
    const type = this.#typeOf(node, sight)
    if (canBe(type, wanted)) return type
    this.#report(node, `${by}, and ${this.#shown(node)} is ${describeType(type)}`, help)
    return unknownType
  }

  /** The type of a part that is looked at once more: what is wrong in it is not said twice. */
  #quietTypeOf(node: Expression, sight: Sight): ValueType {
    return node.kind === 'variable' ? this.#typeOf(node, sight) : unknownType
  }

  #isAnd({ left, right }: Binary, leftType: ValueType, rightType: ValueType): string {
    const [one, other] = [describeType(leftType), describeType(rightType)]
    return `${this.#shown(left)} is ${one} and ${this.#shown(right)} ${other === one ? 'as well' : `is ${other}`}`
  }

  readonly #shown = ({ start, end }: Expression): string => {
    const text = this.#written.condition.text.slice(start, end).replaceAll(/\s+/g, ' ')
    return text.length > 60 ? `${text.slice(0, 60)}…` : text
  }

  #report(node: Expression, message: string, help?: string): void {
    const span = this.#written.place(node.start, node.end)
    this.#diagnosis.error('wrong-operand', span, message, help === undefined ? {} : { help })
  }
}

function typeOfLiteral(value: string | number | bigint | boolean | null): ValueType {
  if (typeof value === 'string') return textType
  if (typeof value === 'boolean') return boolean
  return value === null ? { kind: 'nothing' } : numberType
}
