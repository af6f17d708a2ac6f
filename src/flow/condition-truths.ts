import { evaluateCondition } from '../expression/evaluate.ts'
import type { Binary, Expression, Path } from '../expression/expression.ts'
import { usesIn } from '../expression/presence.ts'
import { Bits } from './bits.ts'

const MOST_SCENARIOS = 4096

/** In which scenarios a step runs; undefined for a variable that no step gives. */
type RunsOf = (variable: string) => Bits | undefined

/** Questions about the same value, of which no two are answered by yes: `label == "a"`, `label == "b"`. */
type Rivals = string[]

/**
 * The ways in which the questions that conditions ask can be answered together. A question is what stands between `&&`,
 * `||` and `!`; nothing is known of it but what other question it is or excludes.
 */
export class ConditionTruths {
  /** Whether every way is among the scenarios. */
  readonly isWhole: boolean
  readonly #size: number
  /** Question → the scenarios in which it is answered by yes. */
  readonly #answers = new Map<string, Bits>()

  /** `mostBits`: of the scenarios of all questions and all steps together. */
  constructor(conditions: readonly Expression[], steps: number, mostBits: number) {
    const groups = new Map<string, Rivals>()
    for (const condition of conditions) {
      for (const { question, about } of questionsOf(condition)) {
        if (this.#answers.has(question)) continue
        this.#answers.set(question, new Bits(0))
        const rivals = groups.get(about)
        if (rivals === undefined) groups.set(about, [question])
        else rivals.push(question)
      }
    }
    const rivals = [...groups.values()]
    const mostScenarios = Math.min(MOST_SCENARIOS, Math.floor(mostBits / (steps + this.#answers.size + 1)))
    const ways = rivals.reduce((product, { length }) => product * (length + 1), 1)
    this.isWhole = ways <= mostScenarios
    this.#size = this.isWhole ? ways : mostScenarios
    for (const question of this.#answers.keys()) this.#answers.set(question, this.none())
    let stride = 1
    for (const [position, group] of rivals.entries()) {
      for (let scenario = 0; scenario < this.#size; scenario++) {
        const choice = this.isWhole
          ? Math.floor(scenario / stride) % (group.length + 1)
          : sampledChoice(scenario, { group: position, groups: rivals.length, questions: group.length })
        // The last choice is that none of them is true.
        this.#answers.get(group[choice] ?? '')?.add(scenario)
      }
      stride *= group.length + 1
    }
  }

  none(): Bits {
    return new Bits(this.#size)
  }

  all(): Bits {
    return this.none().not()
  }

  /** The scenarios in which a condition is true. */
  of(condition: Expression, runsOf: RunsOf): Bits {
    switch (condition.kind) {
      case 'and':
        return condition.parts.reduce((bits, part) => bits.and(this.of(part, runsOf)), this.all())
      case 'or':
        return condition.parts.reduce((bits, part) => bits.or(this.of(part, runsOf)), this.none())
      case 'not':
        return this.of(condition.of, runsOf).not()
      case 'choice': {
        const asked = this.of(condition.condition, runsOf)
        const no = asked.copy().not().and(this.of(condition.no, runsOf))
        return asked.and(this.of(condition.yes, runsOf)).or(no)
      }
      case 'has': {
        const runs = runsOf(variableOf(condition.of))
        if (condition.of.kind === 'variable') return runs?.copy() ?? this.all()
        const answer = this.#answer(condition)
        return runs === undefined ? answer : answer.and(runs)
      }
      default:
        return this.#answer(condition)
    }
  }

  #answer(condition: Expression): Bits {
    const constant = constantOf(condition)
    if (constant !== undefined) return constant ? this.all() : this.none()
    const { asked, isNegated } = plainQuestion(condition)
    const bits = this.#answers.get(textOf(asked))?.copy() ?? this.all()
    return isNegated ? bits.not() : bits
  }
}

interface Question {
  readonly question: string
  /** What it asks about; questions about the same exclude each other. */
  readonly about: string
}

function* questionsOf(condition: Expression): Generator<Question, void, undefined> {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const part of condition.parts) yield* questionsOf(part)
      break
    case 'not':
      yield* questionsOf(condition.of)
      break
    case 'choice':
      for (const part of [condition.condition, condition.yes, condition.no]) yield* questionsOf(part)
      break
    default: {
      if (
        constantOf(condition) !== undefined ||
        (condition.kind === 'has' && condition.of.kind === 'variable')
      )
        break
      const { asked } = plainQuestion(condition)
      const question = textOf(asked)
      const isEquality = asked.kind === 'binary' && asked.operator === '==' && asked.right.kind === 'literal'
      yield { question, about: isEquality ? `== ${textOf(asked.left)}` : question }
    }
  }
}

/** What a condition is that names no variable; undefined for others, and for one that has no answer. */
function constantOf(condition: Expression): boolean | undefined {
  for (const _ of usesIn(condition)) return undefined
  // In proportion to its length, so that no flow can make its own check long.
  const most = 20 + 4 * (condition.end - condition.start)
  const found = evaluateCondition(condition, () => undefined, most)
  return found.ok ? found.value : undefined
}

/** The question that a comparison asks: `a != b` is the other answer to `a == b`, and a literal stands on the right. */
function plainQuestion(condition: Expression): { readonly asked: Expression; readonly isNegated: boolean } {
  if (condition.kind !== 'binary') return { asked: condition, isNegated: false }
  const { operator, left, right } = condition
  const as = (plain: Binary['operator']): Binary => ({ ...condition, operator: plain })
  if (operator === '>=') return { asked: as('<'), isNegated: true }
  if (operator === '<=') return { asked: as('>'), isNegated: true }
  if (operator !== '==' && operator !== '!=') return { asked: condition, isNegated: false }
  const asked = left.kind === 'literal' ? { ...as('=='), left: right, right: left } : as('==')
  return { asked, isNegated: operator === '!=' }
}

function variableOf(path: Path): string {
  let part: Expression = path
  while (part.kind === 'member' || part.kind === 'index') part = part.of
  return part.kind === 'variable' ? part.name : ''
}

/** The same text for the same expression, wherever it stands. */
function textOf(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) => {
    if (key === 'start' || key === 'end' || key === 'keyStart') return undefined
    return typeof value === 'bigint' ? Number(value) : value
  })
}

/**
 * Where there are too many ways: all yes, all no, each question alone answered otherwise than all others, and then
 * any. The first choice of a group is yes, the last is no.
 */
function sampledChoice(
  scenario: number,
  {
    group,
    groups,
    questions,
  }: { readonly group: number; readonly groups: number; readonly questions: number },
): number {
  const [choice, other] = scenario % 2 === 0 ? [0, questions] : [questions, 0]
  const apart = (scenario >> 1) - 1
  if (apart < groups) return apart === group ? other : choice
  // A hash, so that the same flow is judged alike every time.
  const mixed = Math.imul(scenario ^ Math.imul(group + 1, 0x9e3779b1), 0x85ebca6b)
  return (Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 8) % (questions + 1)
}
