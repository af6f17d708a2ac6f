import { closest } from '../diagnostics/closest.ts'
import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Related } from '../diagnostics/diagnostic.ts'
import { valueFor } from '../expression/habits.ts'
import { usesIn } from '../expression/presence.ts'
import type { Span } from '../source/span.ts'
import { formatterNames } from '../template/render.ts'
import { references, type Placeholder, type Reference } from '../template/template.ts'
import type { WrittenCondition } from './conditions.ts'
import { type Input, PREVIOUS, type Producer, type Use } from './flow.ts'
import { impliedInput } from './inputs.ts'
import { child, textNode } from './reader.ts'
import type { DraftStep } from './steps.ts'
import type { WrittenTemplate } from './texts.ts'
import { UnknownNames } from './unknown-names.ts'

/** Resolves every variable of every step to the input or the step that gives it, and says which give none. */
export class Variables {
  readonly #producers: ReadonlyMap<string, Producer>
  readonly #inputs: Map<string, Input>
  /** Whether a variable that no one gives becomes an input. */
  readonly #implied: boolean
  readonly #isUnreadOutput: (key: string) => boolean
  /** Step id → output key, since the one is often written for the other. */
  readonly #keyOfStep: ReadonlyMap<string, string>
  readonly #used = new Set<string>()
  readonly #drafts: readonly DraftStep[]
  readonly #unknown = new UnknownNames()
  readonly #diagnosis: Diagnosis

  constructor(options: {
    readonly producers: ReadonlyMap<string, Producer>
    /** Undefined: inputs follow from the templates. */
    readonly inputs: ReadonlyMap<string, Input> | undefined
    readonly isUnreadOutput: (key: string) => boolean
    readonly drafts: readonly DraftStep[]
    readonly diagnosis: Diagnosis
  }) {
    this.#producers = options.producers
    this.#inputs = new Map(options.inputs)
    this.#implied = options.inputs === undefined
    this.#isUnreadOutput = options.isUnreadOutput
    this.#keyOfStep = new Map(options.drafts.map(({ step }) => [step.id, step.outputKey]))
    this.#drafts = options.drafts
    this.#diagnosis = options.diagnosis
  }

  /** Declared inputs and those that templates imply. */
  get inputs(): ReadonlyMap<string, Input> {
    return this.#inputs
  }

  isUsed(variable: string): boolean {
    return this.#used.has(variable)
  }

  /** Whether it has been said that nothing gives this name; the place is added to what was said. */
  readonly isReported = (name: string, span: Span): boolean => this.#unknown.isReported(name, span)

  /** Where a known name is declared. */
  #declaration(name: string): readonly Related[] {
    const producer = this.#producers.get(name)
    const draft = producer === undefined ? undefined : this.#drafts[producer.step]
    const output =
      draft === undefined ? undefined : (textNode(child(draft.node, 'output_key'))?.span ?? draft.step.span)
    const span = this.#inputs.get(name)?.span ?? output
    return span === undefined ? [] : [{ message: 'similar name declared here', span }]
  }

  /** The uses of variables in a step; those of its own item and index are not among them. */
  usesOf(draft: DraftStep): Use[] {
    const uses: Use[] = []
    const as = textNode(child(draft.node, 'as'))?.span
    for (const written of draft.templates) this.#check(written, draft.locals, uses, as)
    for (const written of draft.outerTemplates) this.#check(written, new Set(), uses)
    this.#checkName(draft)
    return uses
  }

  /**
   * The uses of variables in a step's conditions. To be asked when those of all templates are known: what only
   * conditions name is no input, since a text without its quotes would be one.
   */
  usesOfConditions({ when, conditions, locals }: DraftStep): Use[] {
    const uses: Use[] = []
    const take = ({ condition, place }: WrittenCondition, seen: ReadonlySet<string>): void => {
      for (const { variable: written, isNeeded } of usesIn(condition.expression)) {
        if (seen.has(written.name)) continue
        const span = place(written.start, written.end)
        const variable = this.#resolveBare(written.name, span, locals)
        if (variable !== undefined) uses.push({ variable, required: isNeeded, span })
      }
    }
    if (when !== undefined) take(when, new Set())
    for (const condition of conditions) take(condition, locals)
    return uses
  }

  #check(written: WrittenTemplate, locals: ReadonlySet<string>, uses: Use[], as?: Span): void {
    for (const segment of written.template.segments) {
      if (typeof segment === 'string') continue
      this.#checkFormatter(segment, written)
      const required = !segment.optional && segment.alternatives.length === 1
      for (const alternative of segment.alternatives) {
        if (alternative.kind === 'literal' || locals.has(alternative.variable)) continue
        const span = written.place(alternative.start, alternative.end)
        const variable = this.#resolve(alternative, span, {
          locals,
          whole: written.place(segment.start, segment.end),
          text: written,
          as,
        })
        if (variable !== undefined) uses.push({ variable, required, span })
      }
    }
    this.#checkSuspects(written, locals)
  }

  /** The variable that a reference means; undefined when there is none like it. */
  #resolve(
    reference: Reference,
    span: Span,
    {
      locals,
      whole,
      text,
      as,
    }: {
      readonly locals: ReadonlySet<string>
      readonly whole: Span
      readonly text: WrittenTemplate
      /** Where the item gets its name. */
      readonly as: Span | undefined
    },
  ): string | undefined {
    const { variable } = reference
    if (this.#producers.has(variable) || this.#inputs.has(variable)) {
      this.#used.add(variable)
      return variable
    }
    if (this.#isUnreadOutput(variable)) return undefined
    const keyOfStep = this.#keyOfStep.get(variable)
    const guess = keyOfStep ?? this.#closest(variable, locals)
    if (this.#implied && variable !== 'index' && variable !== 'item') {
      this.#inputs.set(variable, impliedInput(variable, span))
      this.#used.add(variable)
      if (guess !== undefined) {
        this.#diagnosis.warning(
          'similar-input',
          span,
          keyOfStep === undefined
            ? `"${variable}" becomes an input, but looks like "${guess}"`
            : `"${variable}" becomes an input, although it is the id of a step that gives "${guess}"`,
          {
            help: `if you meant "${guess}", write {${guess}}; declare "${variable}" under "inputs:" if it is meant as it is`,
          },
        )
      }
      return variable
    }
    const literal = `for literal text write {{${text.template.text.slice(reference.start, reference.end)}}}`
    const local = (variable === 'index' || variable === 'item') && locals.size === 0
    const help = local
      ? `{${variable}} is there only in a step with "for_each"`
      : guess === undefined
        ? `declare "${variable}" under "inputs:", or let a step produce it; ${literal}`
        : keyOfStep === undefined
          ? `did you mean "${guess}"? ${literal}`
          : `step "${variable}" gives "${guess}": write {${guess}}`
    const isLocal = guess !== undefined && locals.has(guess) && as !== undefined
    const related: readonly Related[] = isLocal
      ? [{ message: 'the item gets its name here', span: as }]
      : guess === undefined || keyOfStep !== undefined
        ? []
        : this.#declaration(guess)
    if (!this.isReported(variable, whole)) {
      this.#diagnosis.error(
        'unknown-variable',
        whole,
        `nothing gives "${variable}": it is no input and no output of a step`,
        { help, related: this.#unknown.add(variable, related) },
      )
    }
    if (guess !== undefined) this.#used.add(guess)
    return guess !== undefined && !locals.has(guess) ? guess : undefined
  }

  /** The variable that a name in a condition means; undefined when there is none like it. */
  #resolveBare(name: string, span: Span, locals: ReadonlySet<string>): string | undefined {
    if (this.#producers.has(name) || this.#inputs.has(name)) {
      this.#used.add(name)
      return name
    }
    if (this.#isUnreadOutput(name)) return undefined
    const keyOfStep = this.#keyOfStep.get(name)
    const guess = keyOfStep ?? this.#closest(name, new Set())
    if (guess !== undefined) this.#used.add(guess)
    if (this.isReported(name, span)) return guess
    const value = valueFor(name)
    const [message, help] = locals.has(name)
      ? [
          `"${name}" is not there yet: the condition is asked once, before there are items`,
          'a function step can leave items out of the list',
        ]
      : [
          `nothing gives "${name}": it is no input and no output of a step`,
          value !== undefined
            ? `did you mean ${value}?`
            : keyOfStep !== undefined
              ? `step "${name}" gives "${keyOfStep}": write ${keyOfStep}`
              : guess !== undefined
                ? `did you mean "${guess}"? a text stands in quotes: "${name}"`
                : locals.has(PREVIOUS)
                  ? `what a round gave is ${PREVIOUS}.${name}; a text stands in quotes: "${name}"`
                  : `if it is a text, put it in quotes: "${name}"; if it is an input, declare it under "inputs:"`,
        ]
    const related = guess === undefined || keyOfStep !== undefined ? [] : this.#declaration(guess)
    this.#diagnosis.error('unknown-variable', span, message, {
      help,
      related: this.#unknown.add(name, related),
    })
    return guess
  }

  /** The known name that was probably meant. */
  #closest(variable: string, locals: ReadonlySet<string>): string | undefined {
    return this.#diagnosis.guesses.closest(variable, this.#names(locals))
  }

  *#names(locals: ReadonlySet<string>): Generator<string, void, undefined> {
    // Of names that are equally near, the one that only this step knows.
    for (const names of [locals, this.#inputs.keys(), this.#producers.keys()])
      for (const name of names) if (/^[A-Za-z_]\w*$/.test(name)) yield name
  }

  #checkFormatter({ formatter }: Placeholder, written: WrittenTemplate): void {
    if (formatter === undefined) return
    const span = written.place(formatter.start, formatter.end)
    if (!formatterNames.some((name) => name === formatter.name)) {
      const guess = closest(formatter.name, formatterNames)
      this.#diagnosis.error('unknown-formatter', span, `there is no formatter "${formatter.name}"`, {
        help:
          guess === undefined
            ? `the formatters are ${formatterNames.join(', ')}; to print a literal brace double it: {{…}}`
            : `did you mean "${guess}"?`,
      })
    } else if (formatter.argument !== undefined && formatter.name !== 'join') {
      this.#diagnosis.error(
        'unknown-formatter',
        span,
        `the formatter "${formatter.name}" takes no argument`,
        { help: `write "| ${formatter.name}"` },
      )
    }
  }

  #checkSuspects(written: WrittenTemplate, locals: ReadonlySet<string>): void {
    for (const { kind, variable, start, end } of written.template.suspects) {
      const isKnown = this.#producers.has(variable) || this.#inputs.has(variable) || locals.has(variable)
      // Without declared inputs any name could be one.
      if (!isKnown && !(kind === 'jinja' && this.#implied)) continue
      const span = written.place(start, end)
      if (kind !== 'malformed') {
        this.#diagnosis.warning(
          'jinja-braces',
          span,
          isKnown
            ? `this prints as it stands, although "${variable}" is a variable`
            : 'this prints as it stands: a placeholder has one brace on each side',
          { help: `write {${variable}}` },
        )
        this.#used.add(variable)
      } else {
        this.#diagnosis.error(
          'malformed-placeholder',
          span,
          `this begins like a placeholder for "${variable}" but is none`,
          { help: placeholderHelp(variable, written.template.text.slice(start, end)) },
        )
      }
    }
  }

  #checkName({ name, locals, node }: DraftStep): void {
    for (const reference of references(name.template)) {
      if (locals.has(reference.variable)) continue
      const span = name.place(reference.start - 1, reference.end + 1)
      // A misspelt "as" is one mistake.
      const guess = closest(reference.variable, locals)
      if (guess !== undefined && this.isReported(reference.variable, span)) continue
      const as = textNode(child(node, 'as'))?.span
      this.#diagnosis.error('unknown-variable', span, `a step's name cannot use "${reference.variable}"`, {
        ...(guess === undefined || as === undefined
          ? {}
          : { related: [{ message: 'the item gets its name here', span: as }] }),
        help:
          locals.size === 0
            ? 'only in a step with "for_each" can a name use {index} and the item'
            : `a name can use ${[...locals].map((local) => `{${local}}`).join(' and ')}`,
      })
    }
  }
}

function placeholderHelp(variable: string, piece: string): string {
  return piece.includes("'")
    ? `texts in a placeholder stand in double quotes: {${variable} ?? "text"}; keys follow a dot: {${variable}.key}`
    : `placeholders look like {${variable}}, {${variable}.key}, {${variable}[0]}, {${variable} ?? "text"} or {${variable} | json}`
}
