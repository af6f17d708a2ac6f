import { analyse, type Analysis } from '../run/analysis.ts'
import { pastRun, type Account, type PastStep } from '../run/past-run.ts'
import type { Palette } from '../source/palette.ts'
import { visibleLine } from '../source/visible.ts'
import { marks } from './marks.ts'
import { wrapped } from './prose.ts'
import { paintOf } from './table.ts'
import { whyItems } from './why-items.ts'
import { whyStep } from './why-step.ts'

export interface WhyOptions {
  readonly palette: Palette
  readonly columns: number
}

/** A run that can be asked about its steps. */
export interface Witness {
  /** The steps of the flow and their items, in file order: all that `why` has an answer for. */
  readonly known: readonly string[]
  /** Why a step, an item, or all items of a step ran, waited and ended as they did; undefined for a step that is not known. */
  why(id: string): string | undefined
}

/** Lines of prose do not become longer than this, however wide the terminal is. */
const mostColumns = 100

/** Answers from a result. Every text of it is made safe to print. */
export function createWitness(account: Account, { palette, columns }: WhyOptions): Witness {
  const run = pastRun(account)
  let analysis: Analysis | undefined
  const lineColumns = Math.max(40, Math.min(columns, mostColumns))
  const told = (head: string, paragraphs: readonly string[]): string =>
    [head, '', ...paragraphs.flatMap((text) => wrapped(text, lineColumns, '  '))]
      .map((line) => `${line}\n`)
      .join('')
  return {
    known: [...new Set([...run.groups.keys(), ...run.steps.keys()])],
    why(id) {
      analysis ??= analyse(run)
      const step = run.steps.get(id)
      if (step !== undefined) return told(headOf(step, palette), whyStep(step, run, analysis))
      const items = run.groups.get(id)
      return items === undefined
        ? undefined
        : told(headOfItems(items, id, palette), whyItems(items, run, analysis))
    },
  }
}

function headOf({ id, name, status }: PastStep, palette: Palette): string {
  const label = name === id || name === '' ? '' : `  ${visibleLine(name)}`
  return `${paintOf(status, palette)(marks[status])} ${palette.bold(visibleLine(id))}${label}`
}

function headOfItems(items: readonly PastStep[], id: string, palette: Palette): string {
  const status =
    (['failed', 'cancelled', 'blocked'] as const).find((one) => items.some((item) => item.status === one)) ??
    'succeeded'
  const count = items.length === 1 ? '1 item' : `${items.length} items`
  return `${paintOf(status, palette)(marks[status])} ${palette.bold(visibleLine(id))}  ${count}`
}
