import type { Flow } from '../flow/flow.ts'
import type {
  AttemptFinished,
  RunEvent,
  StepStarted,
  StepSummary,
  ToolCallFinished,
  ToolCallStarted,
} from '../run/events.ts'
import { createResult } from '../run/result.ts'
import type { Palette } from '../source/palette.ts'
import { visibleLine } from '../source/visible.ts'
import { elide, padRight, width } from '../source/width.ts'
import { countText, secondsText } from './amounts.ts'
import { answerLines } from './answer.ts'
import { codeText } from './code-text.ts'
import { addAttempt, beginAttempt, callText, countRound, newCall } from './call.ts'
import type { Call } from './call.ts'
import { unwrapped, type Happening } from './inner-event.ts'
import { marks } from './marks.ts'
import { blockedText, cancelledText, errorText, labelledLines, retryText, skippedText } from './outcome.ts'
import type { Reporter } from './reporter.ts'
import { StepNames } from './step-names.ts'
import { toolCallKey, toolCallText } from './tool-call.ts'
import { summaryText } from './summary.ts'

export interface VerboseOptions {
  /** Gets whole lines, the line break included. */
  readonly write: (text: string) => void
  readonly palette: Palette
  /** Of the terminal; the table and the critical path are made to fit. */
  readonly columns: number
  /** The flow that runs: its limits tell what another `--max-concurrency` would have made of the run. */
  readonly flow?: Flow
  /** Leave out what the models answered. Default: false. */
  readonly quietText?: boolean
}

/** Columns that a name may take in the lines of a run. */
const longestName = 32
const indent = ' '.repeat(8)
/** What stands between a name and its details when there is no duration. */
const noDuration = ' '.repeat(12)

/** Said once, before the first answer of a provider whose answers are not those of a model to work with. */
const providerNotes = new Map([
  ['embedded', 'answers come from muse, a tiny demonstration model that shows how a flow runs'],
  ['scripted', 'answers are scripted in the flow, no model is called'],
])

/** A line for each thing that happens to a step, what was generated, and at the end a table and the critical path. */
export function createVerbose(options: VerboseOptions): Reporter {
  const { write, palette, columns, flow, quietText = false } = options
  const fold = createResult({ keepRaw: false })
  const names = new StepNames()
  const kinds = new Map<string, StepSummary['kind']>()
  const calls = new Map<string, Call>()
  const toolCalls = new Map<string, ToolCallStarted>()
  const notedProviders = new Set<string>()
  let nameColumns = 0

  function add(steps: readonly StepSummary[], around: Happening['around']): void {
    names.add(steps, around)
    for (const { id, kind } of steps) {
      kinds.set(id, kind)
      nameColumns = Math.min(longestName, Math.max(nameColumns, width(names.of(id))))
    }
  }

  /** `took` is in milliseconds; undefined leaves its column empty. */
  function line(
    event: { at: number; step: string },
    mark: string,
    took: number | undefined,
    details: string,
  ): void {
    const time = palette.dim(secondsText(event.at / 1000).padStart(6))
    const name = padRight(elide(names.of(event.step), nameColumns), nameColumns)
    const duration = took === undefined ? noDuration : `  ${secondsText(took / 1000).padStart(6)}    `
    write(`${time}  ${mark} ${(name + duration + details).trimEnd()}\n`)
  }

  function block(texts: readonly string[], paint: (text: string) => string): void {
    for (const text of texts) write(text === '' ? '\n' : `${indent}${paint(text)}\n`)
  }

  function start(event: StepStarted): void {
    calls.set(event.step, newCall(event.at))
    const provider = event.model_config?.provider
    const note = provider === undefined ? undefined : providerNotes.get(provider)
    if (provider !== undefined && note !== undefined && !notedProviders.has(provider)) {
      notedProviders.add(provider)
      block([note], palette.warning)
    }
    const model = event.model_config === null ? otherText(event) : `${provider} ${event.model_config.model}`
    line(event, palette.note(marks.started), undefined, palette.dim(visibleLine(model)))
  }

  /** What a step does that calls no model. */
  function otherText({ step, request }: StepStarted): string {
    const flowName = request?.['flow']
    const kind = kinds.get(step) ?? 'value'
    const code = codeText(request)
    if (code !== undefined) return code
    if (kind !== 'flow' || typeof flowName !== 'string') return kind
    const rounds = request?.['max_rounds']
    if (typeof rounds !== 'number') return `flow ${flowName}`
    names.repeats(step)
    return `flow ${flowName}, at most ${countText(rounds, 'round')}`
  }

  /** What is used inside a step is used by it. */
  function addToAround(event: AttemptFinished, around: Happening['around']): void {
    for (const { step } of around) {
      const call = calls.get(step)
      if (call !== undefined) addAttempt(call, event)
    }
  }

  function finish(event: { at: number; step: string }, mark: string, details: readonly string[]): void {
    const call = calls.get(event.step)
    calls.delete(event.step)
    const rounds = names.isRepeating(event.step) ? [countText(call?.runs ?? 0, 'round')] : []
    const all = call === undefined ? details : [...details, ...rounds, callText(call)]
    const took = call === undefined ? undefined : event.at - call.startedAt
    line(event, mark, took, all.filter((text) => text !== '').join('  '))
  }

  function toolCall(event: ToolCallFinished): void {
    const started = toolCalls.get(toolCallKey(event))
    toolCalls.delete(toolCallKey(event))
    if (started === undefined) return
    const paint = event.error === null ? palette.dim : palette.warning
    line(event, palette.note(marks.tool), event.at - started.at, paint(toolCallText(started, event)))
  }

  function answer(text: string | null): void {
    if (text !== null && !quietText) block(answerLines(text), palette.bold)
  }

  function onEvent(told: RunEvent): void {
    fold.apply(told)
    const { event, around } = unwrapped(told)
    switch (event.type) {
      case 'run-started': {
        const call = calls.get(around.at(-1)?.step ?? '')
        if (call !== undefined) call.runs++
        add(event.steps, around)
        break
      }
      case 'step-expanded':
        add(event.items, around)
        break
      case 'step-ready':
        break
      case 'tool-call-started':
        toolCalls.set(toolCallKey(event), event)
        break
      case 'tool-call-finished':
        toolCall(event)
        break
      case 'step-started':
        start(event)
        break
      case 'attempt-started': {
        const call = calls.get(event.step)
        if (call !== undefined) beginAttempt(call, event.at)
        break
      }
      case 'attempt-first-token': {
        const call = calls.get(event.step)
        if (call !== undefined) call.firstTokenAfter = event.at - call.attemptAt
        break
      }
      case 'attempt-finished': {
        const call = calls.get(event.step)
        if (call === undefined) break
        addAttempt(call, event)
        addToAround(event, around)
        countRound(call, event)
        const retry = retryText(event)
        if (retry === undefined) break
        line(event, palette.warning(marks.retry), event.at - call.attemptAt, palette.warning(retry))
        break
      }
      case 'step-succeeded':
        finish(event, palette.success(marks.succeeded), [])
        answer(event.generated)
        if (event.note !== null) block(labelledLines('note', event.note), palette.note)
        break
      case 'step-failed':
        finish(event, palette.error(marks.failed), [palette.error(errorText(event.error.message))])
        if (event.error.help !== undefined) block(labelledLines('help', event.error.help), palette.help)
        answer(event.generated)
        break
      case 'step-skipped':
        finish(event, palette.dim(marks.skipped), [
          skippedText(
            event.condition,
            event.by.map((id) => names.of(id)),
          ),
        ])
        break
      case 'step-blocked':
        finish(event, palette.warning(marks.blocked), [blockedText(event.by.map((id) => names.of(id)))])
        break
      case 'step-cancelled':
        finish(event, palette.warning(marks.cancelled), [cancelledText[event.reason]])
        break
      case 'run-finished':
        if (around.length === 0) write(summaryText(fold.result(), { palette, columns, flow }))
        break
      default:
        event satisfies never
    }
  }

  return { onEvent }
}
