import type { Account, StepAccount } from './past-run.ts'
import type { AttemptResult } from './step-result.ts'

/** Thrown for a text that is not a result; the message says what it lacks, in the form `"steps.a.status" is …`. */
export class NotAResult extends Error {
  override readonly name = 'NotAResult'
}

const runStatuses = ['succeeded', 'failed', 'partial', 'over_budget', 'cancelled'] as const
const stepStatuses = ['succeeded', 'failed', 'skipped', 'blocked', 'cancelled'] as const
const attemptStatuses = ['succeeded', 'failed', 'cancelled'] as const
const kinds = ['llm', 'value', 'function', 'command', 'search', 'index', 'flow'] as const

/**
 * Reads what `llmflows run` printed, as far as it says what happened when; texts of prompts and answers are passed over.
 * Throws `NotAResult` for anything else, whatever it holds.
 */
export function readResult(text: string): Account {
  const root = new Place(parsed(text), '')
  const version = root.at('llmflows')
  if (version.value !== 1) throw new NotAResult('"llmflows" is not 1')
  return {
    flow: root.at('flow').string(),
    status: root.at('status').oneOf(runStatuses),
    start_time: root.at('start_time').time(),
    execution_time: root.at('execution_time').amount(),
    critical_path: root.at('critical_path').list((id) => id.string()),
    // Unlike an assignment, `fromEntries` makes even `__proto__` a plain property.
    steps: Object.fromEntries(root.at('steps').entries((step) => stepOf(step))),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error
    throw new NotAResult('it is not JSON')
  }
}

function stepOf(step: Place): StepAccount {
  return {
    name: step.at('name').string(),
    kind: step.at('kind').oneOf(kinds),
    needs: step.at('needs').list((id) => id.string()),
    status: step.at('status').oneOf(stepStatuses),
    reason: step.at('reason').orNull((reason) => reason.string()),
    error: step.at('error').orNull(errorOf),
    start_time: step.at('start_time').orNull((time) => time.time()),
    execution_time: step.at('execution_time').orNull((time) => time.amount()),
    queue_time: step.at('queue_time').orNull((time) => time.amount()),
    model_config: step.at('model_config').orNull((config) => ({
      llm: config.at('llm').string(),
      provider: config.at('provider').string(),
      model: config.at('model').string(),
    })),
    call_data: step.at('call_data').orNull((data) => ({ attempts: data.at('attempts').list(attemptOf) })),
  }
}

function attemptOf(attempt: Place): AttemptResult {
  return {
    attempt: attempt.at('attempt').amount(),
    start: attempt.at('start').amount(),
    duration: attempt.at('duration').amount(),
    time_to_first_token: attempt.at('time_to_first_token').orNull((time) => time.amount()),
    status: attempt.at('status').oneOf(attemptStatuses),
    error: attempt.at('error').orNull(errorOf),
    wait: attempt.at('wait').orNull((wait) => wait.amount()),
  }
}

function errorOf(error: Place): { readonly code: string; readonly message: string; readonly help?: string } {
  const help = error.at('help')
  return {
    code: error.at('code').string(),
    message: error.at('message').string(),
    ...(help.value !== undefined && { help: help.string() }),
  }
}

/** A value of unknown type and the path that leads to it. */
class Place {
  readonly value: unknown
  readonly #path: string

  constructor(value: unknown, path: string) {
    this.value = value
    this.#path = path
  }

  /** A property; one that is not there has the value undefined. */
  at(key: string): Place {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#fail('an object')
    const member: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
    return new Place(member, this.#path === '' ? key : `${this.#path}.${key}`)
  }

  string(): string {
    return typeof this.value === 'string' ? this.value : this.#fail('a text')
  }

  /** A number that is not negative. */
  amount(): number {
    const { value } = this
    return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
      ? value
      : this.#fail('a number from 0 on')
  }

  time(): string {
    const text = this.string()
    return Number.isNaN(Date.parse(text)) ? this.#fail('a time') : text
  }

  oneOf<const Word extends string>(words: readonly Word[]): Word {
    return words.find((word) => word === this.value) ?? this.#fail(`one of ${words.join(', ')}`)
  }

  orNull<Value>(read: (place: Place) => Value): Value | null {
    return this.value === null ? null : read(this)
  }

  list<Item>(read: (item: Place) => Item): readonly Item[] {
    const { value } = this
    if (!Array.isArray(value)) return this.#fail('a list')
    return value.map((item: unknown, index) => read(new Place(item, `${this.#path}[${index}]`)))
  }

  entries<Item>(read: (item: Place) => Item): readonly (readonly [string, Item])[] {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#fail('an object')
    return Object.entries(value).map(([key, item]) => [key, read(new Place(item, `${this.#path}.${key}`))])
  }

  #fail(expected: string): never {
    if (this.#path === '') throw new NotAResult(`it is not ${expected}`)
    const what = this.value === undefined ? 'missing' : `not ${expected}`
    throw new NotAResult(`"${this.#path}" is ${what}`)
  }
}
