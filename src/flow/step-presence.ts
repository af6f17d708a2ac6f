import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Related } from '../diagnostics/diagnostic.ts'
import type { Span } from '../source/span.ts'
import type { Placeholder, Reference } from '../template/template.ts'
import type { Producer, Step } from './flow.ts'
import type { Scenarios } from './scenarios.ts'
import type { WrittenTemplate } from './texts.ts'

/** What one step can rely on: which of the steps that it uses have run whenever it runs, and whether it ever does. */
export class StepPresence {
  readonly #steps: readonly Step[]
  readonly #position: number
  readonly #producers: ReadonlyMap<string, Producer>
  readonly #scenarios: Scenarios
  readonly #diagnosis: Diagnosis

  constructor(options: {
    readonly steps: readonly Step[]
    readonly position: number
    readonly producers: ReadonlyMap<string, Producer>
    readonly scenarios: Scenarios
    readonly diagnosis: Diagnosis
  }) {
    this.#steps = options.steps
    this.#position = options.position
    this.#producers = options.producers
    this.#scenarios = options.scenarios
    this.#diagnosis = options.diagnosis
  }

  /** Whether one of these references has a value whenever the step runs, as far as steps that are skipped go. */
  isCertain(references: readonly Reference[]): boolean {
    const sources = references.map(({ variable }) => this.#sourceOf(variable))
    return (
      sources.includes(undefined) ||
      (sources.length > 0 && this.#scenarios.isCertain(this.#position, defined(sources)))
    )
  }

  /** Says of a placeholder that all the steps that give its values may have been skipped. */
  reportMissing(placeholder: Placeholder, references: readonly Reference[], text: WrittenTemplate): void {
    const { join, uses } = this.#step
    const sources = new Set(defined(references.map(({ variable }) => this.#sourceOf(variable))))
    const inner = text.template.text.slice(placeholder.start + 1, placeholder.end - 1)
    const [expression = ''] = inner.split(/\s*\|/)
    const formatter = inner.slice(expression.length)
    const used = new Set(defined(uses.map(({ variable }) => this.#sourceOf(variable))))
    const isAll = sources.size > 1 && join === 'all' && [...used].every((source) => sources.has(source))
    const fallback = `write {${expression} ?? "…"${formatter}}${sources.size === 1 ? ` or {${expression}?${formatter}}` : ''}`
    const help = isAll
      ? `write "join: any", so that step "${this.#step.id}" is skipped when all of them are; otherwise ${fallback}`
      : sources.size === 1 && join === 'any'
        ? `${fallback}; without "join: any" step "${this.#step.id}" is skipped, too`
        : fallback
    this.#report(
      text.place(placeholder.start, placeholder.end),
      `{${expression}} may have no value: ${this.#mayBeSkipped([...sources])}`,
      [...sources],
      help,
    )
  }

  /** Says of a variable in the step's condition that the step that gives it may have been skipped. */
  readonly checkVariable = (variable: string, span: Span): void => {
    const source = this.#sourceOf(variable)
    if (source === undefined || this.#scenarios.isCertainBefore(this.#position, [source])) return
    const message = `${variable} may have no value: ${this.#mayBeSkipped([source])}`
    this.#report(span, message, [source], `ask first: has(${variable}) && …`)
  }

  /** Says of the step that it never runs, if it never does. */
  checkStep(): void {
    const step = this.#step
    const reason = this.#scenarios.neverRuns(this.#position)
    if (reason === undefined) return
    if (reason === 'condition' && step.when !== undefined) {
      const needed = this.#scenarios.conditionAround(this.#position)
      const [when, related] =
        needed === undefined
          ? ['', []]
          : [' when what it needs runs', [{ message: 'that runs when this is true', span: needed.span }]]
      const message = `step "${step.id}" can never run: this is never true${when}`
      const help = 'change the condition, or remove the step'
      this.#diagnosis.error('never-runs', step.when.span, message, { related, help })
      return
    }
    const rivals = this.#scenarios.rivals(this.#position)
    const names = rivals.map((rival) => `"${this.#steps[rival]?.id ?? ''}"`).join(' and ')
    const keys = rivals.map((rival) => this.#steps[rival]?.outputKey ?? '').join(' ?? ')
    const spans = defined(rivals.map((rival) => this.#scenarios.conditionOf(rival)?.span))
    this.#diagnosis.error(
      'never-runs',
      step.span,
      `step "${step.id}" can never run: it needs ${names}, which never run together`,
      {
        related: spans.map((span) => ({ message: 'one of them runs when this is true', span })),
        help: `to take what there is write {${keys}}`,
      },
    )
  }

  get #step(): Step {
    const step = this.#steps[this.#position]
    if (step === undefined) throw new Error(`there is no step ${this.#position}`)
    return step
  }

  /** The step that gives a variable; undefined for an input, and for the step's own item. */
  #sourceOf(variable: string): number | undefined {
    return this.#producers.get(variable)?.step
  }

  #mayBeSkipped(sources: readonly number[]): string {
    const names = sources.map((source) => `"${this.#steps[source]?.id ?? ''}"`)
    return names.length < 2
      ? `step ${names.join('')} may have been skipped`
      : `steps ${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''} may all have been skipped`
  }

  #report(span: Span, message: string, sources: readonly number[], help: string): void {
    const condition = this.#scenarios.culprit(this.#position, sources)?.when
    const related: readonly Related[] =
      condition === undefined ? [] : [{ message: 'skipped when this is false', span: condition.span }]
    this.#diagnosis.error('missing-value', span, message, { related, help })
  }
}

function defined<T>(values: readonly (T | undefined)[]): readonly T[] {
  return values.filter((value) => value !== undefined)
}
