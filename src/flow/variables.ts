import { closest } from '../diagnostics/closest.ts'
import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Span } from '../source/span.ts'
import { formatterNames } from '../template/render.ts'
import { references, type Placeholder, type Reference } from '../template/template.ts'
import type { Input, Producer, Use } from './flow.ts'
import { impliedInput } from './inputs.ts'
import type { DraftStep } from './steps.ts'
import type { WrittenTemplate } from './texts.ts'

/** Names compared with misspelt ones in one flow. */
const MOST_COMPARISONS = 1_000_000

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
  readonly #diagnosis: Diagnosis
  #comparisons = 0

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
    this.#diagnosis = options.diagnosis
  }

  /** Declared inputs and those that templates imply. */
  get inputs(): ReadonlyMap<string, Input> {
    return this.#inputs
  }

  isUsed(variable: string): boolean {
    return this.#used.has(variable)
  }

  /** The uses of variables in a step; those of its own item and index are not among them. */
  usesOf(draft: DraftStep): Use[] {
    const uses: Use[] = []
    for (const written of draft.templates) this.#check(written, draft.locals, uses)
    for (const written of draft.outerTemplates) this.#check(written, new Set(), uses)
    this.#checkName(draft)
    return uses
  }

  #check(written: WrittenTemplate, locals: ReadonlySet<string>, uses: Use[]): void {
    for (const segment of written.template.segments) {
      if (typeof segment === 'string') continue
      this.#checkFormatter(segment, written)
      for (const alternative of segment.alternatives) {
        if (alternative.kind === 'literal' || locals.has(alternative.variable)) continue
        const span = written.place(alternative.start, alternative.end)
        const variable = this.#resolve(alternative, span, {
          locals,
          whole: written.place(segment.start, segment.end),
          text: written,
        })
        if (variable !== undefined) uses.push({ variable, span })
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
    }: { readonly locals: ReadonlySet<string>; readonly whole: Span; readonly text: WrittenTemplate },
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
    this.#diagnosis.error(
      'unknown-variable',
      whole,
      `nothing gives "${variable}": it is no input and no output of a step`,
      { help },
    )
    if (guess !== undefined) this.#used.add(guess)
    return guess !== undefined && !locals.has(guess) ? guess : undefined
  }

  /** The known name that was probably meant. After a great many questions there is no answer: it would take hours. */
  #closest(variable: string, locals: ReadonlySet<string>): string | undefined {
    this.#comparisons += this.#inputs.size + this.#producers.size + locals.size
    if (this.#comparisons > MOST_COMPARISONS) return undefined
    const names = [...this.#inputs.keys(), ...this.#producers.keys(), ...locals]
    return closest(
      variable,
      names.filter((name) => /^[A-Za-z_]\w*$/.test(name)),
    )
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

  #checkName({ name, locals }: DraftStep): void {
    for (const reference of references(name.template)) {
      if (locals.has(reference.variable)) continue
      this.#diagnosis.error(
        'unknown-variable',
        name.place(reference.start - 1, reference.end + 1),
        `a step's name cannot use "${reference.variable}"`,
        {
          help:
            locals.size === 0
              ? 'only in a step with "for_each" can a name use {index} and the item'
              : `a name can use ${[...locals].map((local) => `{${local}}`).join(' and ')}`,
        },
      )
    }
  }
}

function placeholderHelp(variable: string, piece: string): string {
  return piece.includes("'")
    ? `texts in a placeholder stand in double quotes: {${variable} ?? "text"}; keys follow a dot: {${variable}.key}`
    : `placeholders look like {${variable}}, {${variable}.key}, {${variable}[0]}, {${variable} ?? "text"} or {${variable} | json}`
}
