import type { Step } from '../../../flow/flow.ts'
import { outcomeText, type Happened, type StepHappened } from '../happened.ts'
import { deedOf } from '../deed.ts'
import { personalName, timesItems } from '../label.ts'
import { tenth } from './edges.ts'
import { fitText, textWidth, xml } from './text.ts'

export const nameSize = 13
export const detailSize = 11
const padding = 14
const iconWidth = 24
const narrowest = 132
const widest = 310

export interface Box {
  readonly step: Step
  readonly isCritical: boolean
  readonly happened: StepHappened | undefined
}

/** What a box says: a name, a number of items, a detail and an outcome. */
interface Words {
  readonly name: string
  readonly times: string
  readonly detail: string
  readonly outcome: string
}

function wordsOf({ step, happened }: Box): Words {
  const declared = timesItems(step).trim()
  const times = declared === '' || happened === undefined ? declared : `×${happened.items}`
  const name = personalName(step)
  return {
    name: name.slice(0, name.length - declared.length).trimEnd(),
    times,
    detail: happened?.model ?? deedOf(step),
    outcome: happened === undefined ? '' : outcomeText(happened),
  }
}

/** The width that the words of a box ask for, within limits that keep a drawing together. */
export function wishedWidth(box: Box): number {
  const { name, times, detail, outcome } = wordsOf(box)
  const upper = textWidth(name, nameSize, true) + besides(times, 12)
  const lower = textWidth(detail, detailSize) + besides(outcome, detailSize)
  const icon = box.happened === undefined ? 0 : iconWidth
  return Math.min(widest, Math.max(narrowest, Math.ceil(Math.max(upper, lower)) + 2 * padding + icon))
}

/** How far the sheets of a step with items stand out. */
export const sheetOffset = 4

export function sheetsOf({ forEach }: Step): number {
  return forEach === undefined ? 0 : 2
}

export interface Place {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** One step as elements, the sheets behind it first. `run` is the run that it is coloured by. */
export function drawBox(box: Box, place: Place, run: Happened | undefined): string {
  const { step, isCritical, happened } = box
  const { left, top, width, height } = place
  const { name, times, detail, outcome } = wordsOf(box)
  const radius = step.kind === 'llm' ? 8 : 20
  const kind = isCritical ? 'box critical' : 'box'
  const at = (offset: number): string =>
    `<rect class="${kind}" x="${tenth(left + offset)}" y="${tenth(top + offset)}" width="${width}" height="${height}" rx="${radius}"/>`
  const sheets = Array.from({ length: sheetsOf(step) }, (_, index) => at(sheetOffset * (2 - index)))
  const icon = happened === undefined ? 0 : iconWidth
  const start = padding + icon
  const end = width - padding
  const nameRoom = end - start - besides(times, 12)
  const detailRoom = end - start - besides(outcome, detailSize)
  const word = (kindOf: string, x: number, y: number, text: string): string =>
    text === '' ? '' : `<text class="${kindOf}" x="${tenth(x)}" y="${y}">${xml(text)}</text>`
  const texts = [
    word('n', start, 21, fitText(name, nameRoom, nameSize, true)),
    word('x', end, 21, times),
    word('d', start, 38, fitText(detail, detailRoom, detailSize)),
    word(`t ${happened?.status ?? ''}`.trim(), end, 38, outcome),
  ]
  return [
    `<g><title>${xml(tooltip(box))}</title>`,
    ...sheets,
    at(0),
    // A picture in the picture cuts off what a strange font might make too wide.
    `<svg x="${tenth(left)}" y="${tenth(top)}" width="${width}" height="${height}">`,
    ...texts,
    happened === undefined ? '' : icons[happened.status],
    happened === undefined || run === undefined ? '' : timeStrip(happened, run.seconds, place),
    '</svg></g>\n',
  ].join('')
}

const sign = (status: string, mark: string): string =>
  `<circle class="${status}" cx="21" cy="25" r="8.5"/><path class="mark" d="${mark}"/>`

const icons = {
  succeeded: sign('succeeded', 'M17.5 25.3l2.5 2.5 4.6-5'),
  failed: sign('failed', 'M18 22l6 6m0-6l-6 6'),
  skipped: sign('skipped', 'M17 21l4 4-4 4m4-8l4 4-4 4'),
  blocked: sign('blocked', 'M17 25h8'),
  cancelled: sign('cancelled', 'M18.5 28.5l5-7'),
} as const

/** When the step ran, on a line that stands for the whole run. */
function timeStrip(happened: StepHappened, runSeconds: number, { width, height }: Place): string {
  const { startSeconds, seconds, status } = happened
  if (startSeconds === undefined || seconds === undefined || runSeconds <= 0) return ''
  const whole = width - 2 * padding
  const share = (part: number): number => Math.min(1, Math.max(0, part / runSeconds))
  const start = Math.min(whole - 2, whole * share(startSeconds))
  const length = Math.min(whole - start, Math.max(2, whole * share(seconds)))
  const line = (kind: string, x: number, long: number): string =>
    `<rect class="${kind}" x="${tenth(x)}" y="${height - 9}" width="${tenth(long)}" height="3" rx="1.5"/>`
  return line('track', padding, whole) + line(status, padding + start, length)
}

function tooltip({ step, happened }: Box): string {
  const does = step.kind === 'llm' ? `${step.llm.name}, ${step.llm.model}` : deedOf(step)
  const outcome = happened === undefined ? '' : `; ${happened.status} ${outcomeText(happened)}`.trimEnd()
  return `${step.id} (${does}) gives {${step.outputKey}}${outcome}`
}

/** The room that a word on the right takes from the one on the left. */
function besides(text: string, fontSize: number): number {
  return text === '' ? 0 : textWidth(text, fontSize, true) + 12
}
