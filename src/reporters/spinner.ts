import ora from 'ora'
import type { RunEvent, StepSummary } from '../run/events.ts'
import { plainPalette } from '../source/palette.ts'
import type { Palette } from '../source/palette.ts'
import { elide, width } from '../source/width.ts'
import { unwrapped, type Happening } from './inner-event.ts'
import type { Reporter } from './reporter.ts'
import { StepNames } from './step-names.ts'

export interface SpinnerOptions {
  /** An interactive terminal that is at least one column wide. */
  readonly stream: NodeJS.WriteStream
  /** Default: no colours. */
  readonly palette?: Palette
  /** Milliseconds on a monotonic clock, for the time that passes between two events. */
  readonly now?: () => number
}

/** The spinner itself and the spaces around what it says. */
const frameColumns = 3

/** One line of the terminal that says how far the run is, `3/9 steps  Lyrics, Critic 2  4.1s`; gone when it ends. */
export function createSpinner(options: SpinnerOptions): Reporter {
  const { stream, palette = plainPalette, now = () => performance.now() } = options
  const names = new StepNames()
  /** Those that only wait for others are not said to run. */
  const waiting = new Set<string>()
  let all = 0
  const running = new Set<string>()
  let ended = 0
  let startedAt = now()

  const spinner = ora({ stream, isEnabled: true, discardStdin: false, color: false, suffixText })

  /** Asked for with every frame, so that the time goes on when nothing else happens. */
  function suffixText(): string {
    const elapsed = `${((now() - startedAt) / 1000).toFixed(1)}s`
    const room = stream.columns - frameColumns - width(spinner.text) - width(elapsed) - 4
    const steps = elide(runningText(running, names, room), room)
    return steps === '' ? ` ${palette.dim(elapsed)}` : ` ${steps}  ${palette.dim(elapsed)}`
  }

  function count(): void {
    spinner.text = `${ended}/${all} ${all === 1 ? 'step' : 'steps'}`
  }

  function settle(id: string): void {
    running.delete(id)
    ended++
    count()
  }

  function stop(): void {
    if (spinner.isSpinning) spinner.stop()
  }

  function add(steps: readonly StepSummary[], around: Happening['around']): void {
    names.add(steps, around)
    for (const { id, kind } of steps) if (kind === 'flow') waiting.add(id)
    all += steps.length
    count()
  }

  function onEvent(told: RunEvent): void {
    const { event, around } = unwrapped(told)
    switch (event.type) {
      case 'run-started':
        add(event.steps, around)
        if (around.length > 0) break
        startedAt = now() - event.at
        spinner.start()
        break
      case 'step-expanded':
        all--
        add(event.items, around)
        break
      case 'step-started':
        if (event.request?.['max_rounds'] !== undefined) names.repeats(event.step)
        if (!waiting.has(event.step)) running.add(event.step)
        break
      case 'step-succeeded':
      case 'step-failed':
      case 'step-skipped':
      case 'step-blocked':
      case 'step-cancelled':
        settle(event.step)
        break
      case 'run-finished':
        if (around.length === 0) stop()
        break
      case 'step-ready':
      case 'attempt-started':
      case 'attempt-first-token':
      case 'attempt-finished':
      case 'tool-call-started':
      case 'tool-call-finished':
        break
      default:
        event satisfies never
    }
  }

  return { onEvent, end: stop }
}

/** The names of what is running, oldest first, no more of them than can be shown. */
function runningText(running: Iterable<string>, names: StepNames, room: number): string {
  let text = ''
  for (const id of running) {
    if (text.length > room) break
    text += (text === '' ? '' : ', ') + names.of(id)
  }
  return text
}
