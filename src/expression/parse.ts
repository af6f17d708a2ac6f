import { closest } from '../diagnostics/closest.ts'
import { isPath, type Call, type Each, type Expression, type Operator } from './expression.ts'
import { eachForms, functionForms } from './functions.ts'
import { functionFor, prefixFor, taskFor } from './habits.ts'
import { TokenReader, unreadable } from './token-reader.ts'
import { tokensOf, type Token } from './tokens.ts'
import { Unreadable, type Problem } from './unreadable.ts'

export type Parsed =
  { readonly ok: true; readonly expression: Expression } | { readonly ok: false; readonly problem: Problem }

/** Longer expressions are refused, and so are those that are nested deeper: whoever walks one may recurse. */
export const LONGEST = 10_000
export const DEEPEST = 100

/**
 * Reads an expression of CEL, the part of it that only looks at values: its operators, `has`, `size`, the macros over
 * lists, and the functions of `functions.ts`. Never throws; takes time in proportion to the text.
 */
export function parseExpression(text: string): Parsed {
  if (text.length > LONGEST) {
    const message = `the condition has more than ${LONGEST} characters`
    return {
      ok: false,
      problem: { message, help: 'compute it in a function step', start: 0, end: text.length },
    }
  }
  try {
    return { ok: true, expression: new ExpressionReader(new TokenReader(tokensOf(text))).read() }
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, problem: error.problem }
    throw error
  }
}

const levels: readonly (readonly Operator[])[] = [
  ['==', '!='],
  ['<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
]

/** Reads tokens into a tree. Knows which items are in sight, and how deep it is; throws `Unreadable`. */
class ExpressionReader {
  readonly #tokens: TokenReader
  /** How deep reading has recursed, and how deep what has been read is. */
  #level = 0
  readonly #depths = new WeakMap<Expression, number>()
  /** Names of the items of the macros around. */
  readonly #items: string[] = []

  constructor(tokens: TokenReader) {
    this.#tokens = tokens
  }

  read(): Expression {
    const first = this.#tokens.next
    if (first.kind === 'end')
      throw unreadable(first, 'the condition is empty', 'write what must be true, such as score > 3')
    const expression = this.#expression()
    if (this.#tokens.next.kind !== 'end') throw this.#tokens.unexpected()
    return expression
  }

  #expression(): Expression {
    if (++this.#level > DEEPEST) throw this.#tooDeep(this.#tokens.next)
    const condition = this.#or()
    let expression = condition
    if (this.#tokens.take('?')) {
      const yes = this.#expression()
      if (!this.#tokens.take(':'))
        throw this.#tokens.unexpected('the other value of "?" is missing', 'write condition ? yes : no')
      const no = this.#expression()
      expression = this.#node({ kind: 'choice', condition, yes, no, start: condition.start, end: no.end }, [
        condition,
        yes,
        no,
      ])
    }
    this.#level--
    return expression
  }

  #or(): Expression {
    return this.#joined('or', '||', () => this.#joined('and', '&&', () => this.#binary(0)))
  }

  #joined(kind: 'and' | 'or', sign: string, part: () => Expression): Expression {
    const first = part()
    const parts = [first]
    while (this.#tokens.take(sign)) parts.push(part())
    if (parts.length === 1) return first
    return this.#node({ kind, parts, start: first.start, end: parts.at(-1)?.end ?? first.end }, parts)
  }

  #binary(level: number): Expression {
    const operators = levels[level]
    if (operators === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      const operator = operators.find((sign) => this.#tokens.take(sign))
      if (operator === undefined) return left
      const right = this.#binary(level + 1)
      const node = { kind: 'binary', operator, left, right, start: left.start, end: right.end } as const
      left = this.#node(node, [left, right])
    }
  }

  #unary(): Expression {
    const { start } = this.#tokens.next
    const kind = this.#tokens.take('!') ? 'not' : this.#tokens.take('-') ? 'minus' : undefined
    if (kind === undefined) return this.#postfix()
    if (++this.#level > DEEPEST) throw this.#tooDeep(this.#tokens.next)
    const of = this.#unary()
    this.#level--
    return this.#node({ kind, of, start, end: of.end }, [of])
  }

  #postfix(): Expression {
    let of = this.#primary()
    for (;;) {
      const opening = this.#tokens.next
      if (this.#tokens.take('.')) {
        const key = this.#tokens.next
        if (key.kind !== 'name')
          throw this.#tokens.unexpected('a key is missing after the point', keyHelp(key))
        this.#tokens.pass()
        of = this.#tokens.isAt('(')
          ? this.#method(of, key)
          : this.#node(
              { kind: 'member', of, key: key.text, keyStart: key.start, start: of.start, end: key.end },
              [of],
            )
      } else if (this.#tokens.take('[')) {
        const at = this.#expression()
        this.#tokens.close(']', opening)
        of = this.#node({ kind: 'index', of, at, start: of.start, end: this.#tokens.end }, [of, at])
      } else return of
    }
  }

  #primary(): Expression {
    const token = this.#tokens.next
    const { start, end } = token
    if (token.kind === 'value') {
      this.#tokens.pass()
      return this.#node({ kind: 'literal', value: token.value, start, end }, [])
    }
    if (token.kind === 'name' && token.text !== 'in') {
      this.#tokens.pass()
      return this.#named(token)
    }
    if (this.#tokens.take('(')) {
      const inner = this.#expression()
      this.#tokens.close(')', token)
      return inner
    }
    if (this.#tokens.take('[')) {
      const items = this.#valuesUpTo(']', token)
      return this.#node({ kind: 'list', items, start, end: this.#tokens.end }, items)
    }
    throw this.#tokens.unexpected()
  }

  /** What a name stands for, which has been taken. */
  #named(name: Token): Expression {
    const { text, start, end } = name
    const following = this.#tokens.next
    if (text === 'true' || text === 'false' || text === 'null') {
      const value = text === 'null' ? null : text === 'true'
      return this.#node({ kind: 'literal', value, start, end }, [])
    }
    if (following.kind === 'name' || following.kind === 'value' || following.text === '(') {
      const help = prefixFor(text)
      if (help !== undefined) throw unreadable(name, `"${text}" has no meaning here`, help)
    }
    if (!this.#tokens.isAt('(')) {
      return this.#node({ kind: 'variable', name: text, isItem: this.#items.includes(text), start, end }, [])
    }
    if (text === 'has') return this.#has(name)
    const form = functionForms.get(text)
    if (form === undefined) throw unknownFunction(name)
    if (!form.isPlain) throw unreadable(name, `"${text}" stands behind its value`, `write ${form.form}`)
    const [of, second] = this.#arguments()
    if (of === undefined || second !== undefined)
      throw unreadable(name, `"${text}" takes one value`, `write ${form.form}`)
    return this.#call({
      kind: 'call',
      name: form.name,
      of,
      argument: undefined,
      start,
      end: this.#tokens.end,
    })
  }

  /** A function behind its value; its name has been taken. */
  #method(of: Expression, name: Token): Expression {
    const each = eachForms.get(name.text)
    if (each !== undefined) return this.#each(of, name, each)
    const form = functionForms.get(name.text)
    if (form === undefined) throw unknownFunction(name)
    if (!form.isMethod) throw unreadable(name, `"${name.text}" stands before its value`, `write ${form.form}`)
    const values = this.#arguments()
    if (values.length !== (form.takesArgument ? 1 : 0)) {
      const count = form.takesArgument ? 'one value' : 'no value'
      throw unreadable(name, `"${name.text}" takes ${count} between its brackets`, `write ${form.form}`)
    }
    return this.#call({
      kind: 'call',
      name: form.name,
      of,
      argument: values[0],
      start: of.start,
      end: this.#tokens.end,
    })
  }

  #call(call: Call): Expression {
    return this.#node(call, call.argument === undefined ? [call.of] : [call.of, call.argument])
  }

  #each(
    list: Expression,
    name: Token,
    { name: macro, form }: { readonly name: Each['name']; readonly form: string },
  ): Expression {
    const opening = this.#tokens.pass()
    const item = this.#tokens.next
    const isNamed = item.kind === 'name' && !['true', 'false', 'null', 'in'].includes(item.text)
    if (isNamed) this.#tokens.pass()
    if (!isNamed || !this.#tokens.take(',')) {
      throw unreadable(
        item.kind === 'end' ? name : item,
        `"${name.text}" first takes a name for the item`,
        `write ${form}`,
      )
    }
    this.#items.push(item.text)
    const bodies = this.#valuesUpTo(')', opening)
    this.#items.pop()
    const [first, second, third] = bodies
    const most = macro === 'map' ? 2 : 1
    if (first === undefined || bodies.length > most || third !== undefined)
      throw unreadable(
        name,
        `"${name.text}" takes a name for the item and what is asked of it`,
        `write ${form}`,
      )
    const [condition, body] = second === undefined ? [undefined, first] : [first, second]
    const each: Each = {
      kind: 'each',
      name: macro,
      list,
      item: item.text,
      condition,
      body,
      start: list.start,
      end: this.#tokens.end,
    }
    return this.#node(each, [list, ...bodies])
  }

  #has(name: Token): Expression {
    const [of, second] = this.#arguments()
    if (of === undefined || second !== undefined || !isPath(of))
      throw unreadable(name, '"has" takes one path', 'write has(a.b)')
    return this.#node({ kind: 'has', of, start: name.start, end: this.#tokens.end }, [of])
  }

  /** The values between the brackets of a function, which come next. */
  #arguments(): readonly Expression[] {
    return this.#valuesUpTo(')', this.#tokens.pass())
  }

  #valuesUpTo(sign: string, opening: Token): readonly Expression[] {
    const values: Expression[] = []
    while (!this.#tokens.isAt(sign)) {
      values.push(this.#expression())
      if (!this.#tokens.take(',')) break
    }
    this.#tokens.close(sign, opening)
    return values
  }

  #node<E extends Expression>(node: E, parts: readonly Expression[]): E {
    const depth = 1 + Math.max(0, ...parts.map((part) => this.#depths.get(part) ?? 0))
    if (depth > DEEPEST) throw this.#tooDeep(node)
    this.#depths.set(node, depth)
    return node
  }

  #tooDeep(place: { readonly start: number; readonly end: number }): Unreadable {
    const message = `the condition is nested more than ${DEEPEST} levels deep`
    return unreadable(place, message, 'compute it in a function step')
  }
}

function unknownFunction(name: Token): Unreadable {
  const known = [...functionForms.keys(), ...eachForms.keys(), 'has']
  const meant = functionFor(name.text) ?? closest(name.text, known)
  const form = functionForms.get(meant ?? '')?.form ?? eachForms.get(meant ?? '')?.form
  const help =
    meant !== undefined
      ? `write ${form ?? 'has(a.b)'}`
      : (taskFor(name.text) ??
        `the functions are ${known.join(', ')}; a function step can compute whatever else`)
  return unreadable(name, `a condition has no function "${name.text}"`, help)
}

function keyHelp(key: Token): string {
  return key.kind === 'value' && typeof key.value === 'bigint'
    ? `write [${key.text}]`
    : 'write a.b, or a["b"] for a key that is no name'
}
