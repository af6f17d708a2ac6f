import ora from 'ora'
import type { RunEvent } from '../run/events.ts'
import { plainPalette } from '../source/palette.ts'
import type { Palette } from '../source/palette.ts'
import { visibleLine } from '../source/visible.ts'
import { elide, width } from '../source/width.ts'
import type { Reporter } from './reporter.ts'

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
  const names = new Map<string, string>()
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
    spinner.text = `${ended}/${names.size} ${names.size === 1 ? 'step' : 'steps'}`
  }

  function settle(id: string): void {
    running.delete(id)
    ended++
    count()
  }

  function stop(): void {
    if (spinner.isSpinning) spinner.stop()
  }

  function onEvent(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        for (const step of event.steps) names.set(step.id, visibleLine(step.name))
        startedAt = now() - event.at
        count()
        spinner.start()
        break
      case 'step-expanded':
        names.delete(event.step)
        for (const item of event.items) names.set(item.id, visibleLine(item.name))
        count()
        break
      case 'step-started':
        running.add(event.step)
        break
      case 'step-succeeded':
      case 'step-failed':
      case 'step-skipped':
      case 'step-blocked':
      case 'step-cancelled':
        settle(event.step)
        break
      case 'run-finished':
        stop()
        break
      case 'step-ready':
      case 'attempt-started':
      case 'attempt-first-token':
      case 'attempt-finished':
      case 'tool-call-started':
      case 'tool-call-finished':
      case 'flow-event':
        break
      default:
        event satisfies never
    }
  }

  return { onEvent, end: stop }
}

/** The names of what is running, oldest first, no more of them than can be shown. */
function runningText(running: Iterable<string>, names: ReadonlyMap<string, string>, room: number): string {
  let text = ''
  for (const id of running) {
    if (text.length > room) break
    text += (text === '' ? '' : ', ') + (names.get(id) ?? visibleLine(id))
  }
  return text
}
