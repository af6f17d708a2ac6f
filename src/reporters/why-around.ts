import type { Analysis } from '../run/analysis.ts'
import { lastToEnd, type PastRun, type PastStep } from '../run/past-run.ts'
import { secondsText } from './amounts.ts'
import { ending, nameText, namesText } from './prose.ts'

/** Below this, nobody would notice that a step took longer. */
const noticeableMs = 10

/** What the step needed, and which of it ended last. The same for all items of a step. */
export function needsText({ needs }: PastStep, run: PastRun): string {
  if (needs.length === 0) return 'It needs no other step.'
  const unsuccessful = needs.filter((need) => statusOf(need, run) !== 'succeeded')
  const succeeded = needs.filter((need) => !unsuccessful.includes(need))
  if (unsuccessful.length > 0) {
    const bad = unsuccessful.map((need) => `${nameText(need)} (${statusOf(need, run)})`)
    const good = succeeded.length === 0 ? '' : `; ${namesText(succeeded)} had succeeded`
    return `It needs ${listed(bad)}${good}.`
  }
  const empty = needs.filter((need) => !run.groups.has(need))
  if (empty.length > 0) return `It needs ${namesText(needs)}; ${namesText(empty)} had no items to run for.`
  const ends = needs
    .map((need) => ({ need, last: lastToEnd(run.groups.get(need) ?? []) }))
    .sort((a, b) => (a.last?.ran?.endAt ?? 0) - (b.last?.ran?.endAt ?? 0))
  const last = ends.at(-1)
  const end = last?.last?.ran?.endAt
  if (last === undefined || end === undefined) return `It needs ${namesText(needs)}.`
  const item =
    last.last === undefined || last.last.id === last.need ? '' : `, with its item ${nameText(last.last.id)}`
  if (needs.length === 1) return `It needs ${nameText(last.need)}, which ended at ${seconds(end)}${item}.`
  const before = ends.at(-2)?.last?.ran?.endAt ?? 0
  const lead =
    end - before < noticeableMs ? '' : `, ${seconds(end - before)} after ${nameText(ends.at(-2)?.need ?? '')}`
  return `It needs ${namesText(needs)}. The last of them to end was ${nameText(last.need)}, at ${seconds(end)}${lead}${item}.`
}

/** The steps that failed or were cancelled at the beginning of what blocked a step. */
export function rootCauses(step: PastStep, run: PastRun): string {
  const causes: PastStep[] = []
  const seen = new Set<string>()
  const open = [...step.needs]
  for (let group = open.pop(); group !== undefined; group = open.pop()) {
    if (seen.has(group)) continue
    seen.add(group)
    for (const one of run.groups.get(group) ?? []) {
      if (one.status === 'failed' || one.status === 'cancelled') causes.push(one)
      else if (one.status === 'blocked') open.push(...one.needs)
    }
  }
  const [first] = causes
  if (first === undefined) return ''
  const when = first.ran === undefined ? '' : ` at ${seconds(first.ran.endAt)}`
  const more = causes.length === 1 ? '' : ` So did not ${namesText(causes.slice(1).map(({ id }) => id))}.`
  const why = first.status === 'failed' ? `: ${ending(first.error?.message ?? 'no reason is given')}` : '.'
  return `It all began with ${nameText(first.id)}, which ${first.status === 'failed' ? 'failed' : 'was cancelled'}${when}${why}${more}`
}

/** What the steps (all of one group) set free, held up, or blocked. */
export function effectText(steps: readonly PastStep[], run: PastRun, { queueing }: Analysis): string {
  const [{ group, id } = { group: '', id: '' }] = steps
  const direct = [...run.groups].filter(([, [one]]) => one?.needs.includes(group) === true)
  const dependents = direct.map(([dependent]) => dependent)
  const sentences: string[] = []
  const blocked = blockedBehind(group, run)
  if (steps.some(({ status }) => status === 'failed' || status === 'cancelled') && blocked.length > 0)
    sentences.push(
      `Because of it ${blocked.length === 1 ? 'this step' : `these ${blocked.length} steps`} never ran: ${namesText(blocked)}.`,
    )
  else if (dependents.length > 0) {
    const lastItem = lastToEnd(run.groups.get(group) ?? [])
    const isLast = lastItem !== undefined && steps.includes(lastItem)
    const last = isLast ? dependents.filter((dependent) => isLastNeed(group, dependent, run)) : []

    const waited =
      last.length === 0
        ? ''
        : last.length === dependents.length
          ? `, and was the last thing ${last.length === 1 ? 'it' : 'they'} waited for`
          : `, and was the last thing ${namesText(last)} waited for`
    const idle = dependents.every((dependent) => statusOf(dependent, run) === 'blocked')
    const fate = idle ? ', which never ran either' : waited
    sentences.push(`It is needed by ${namesText(dependents)}${fate}.`)
  }
  const freed =
    steps.length === 1 ? [...queueing].filter(([, { freedBy }]) => freedBy === id).map(([one]) => one) : []
  if (freed.length > 0)
    sentences.push(`Its end made room for ${namesText(freed)}, which had waited for a slot.`)
  return sentences.join(' ')
}

/** Its share of the run on the critical path, or how far it is from it. */
export function pathText({ id, ran }: PastStep, run: PastRun, { slackMs, queueing }: Analysis): string {
  if (ran === undefined) return ''
  if (run.criticalPath.includes(id)) {
    const share = run.durationMs === 0 ? 0 : Math.round((100 * (ran.endAt - ran.startAt)) / run.durationMs)
    const waitedMs = queueing.get(id)?.waitedMs ?? 0
    if (waitedMs > 0 && run.durationMs > 0) {
      const waited = Math.min(100, Math.round((100 * waitedMs) / run.durationMs))
      return `It is on the critical path: of the ${seconds(run.durationMs)} that the run took, its wait was ${waited}% and the step itself ${share}%.`
    }
    if (share === 0) return 'It is on the critical path, but took next to none of its time.'
    return `It is on the critical path: ${Math.min(100, share)}% of the ${seconds(run.durationMs)} that the run took.`
  }
  const slack = slackMs.get(id)
  if (run.status !== 'succeeded' || slack === undefined) return 'It is not on the critical path.'
  if (slack >= noticeableMs)
    return `It is not on the critical path: it could have taken ${seconds(slack)} longer without the run ending later.`
  const holds = [...queueing.values()].some(({ freedBy }) => freedBy === id)
  return holds
    ? 'It is not on the critical path of needs, yet had no time to spare, since others waited for its slot.'
    : 'It is not on the critical path, but had no time to spare.'
}

function isLastNeed(group: string, dependent: string, run: PastRun): boolean {
  const [one] = run.groups.get(dependent) ?? []
  const end = (need: string): number => lastToEnd(run.groups.get(need) ?? [])?.ran?.endAt ?? -1
  const own = end(group)
  return own >= 0 && one?.ran !== undefined && one.needs.every((need) => need === group || end(need) < own)
}

/** The steps of the flow that were blocked behind a step, however far, in file order. */
function blockedBehind(group: string, run: PastRun): readonly string[] {
  const dependents = new Map<string, string[]>()
  for (const [dependent, [one]] of run.groups) {
    for (const need of one?.needs ?? []) {
      const known = dependents.get(need)
      if (known === undefined) dependents.set(need, [dependent])
      else known.push(dependent)
    }
  }
  const behind = new Set<string>()
  const open = [group]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const dependent of dependents.get(next) ?? []) {
      if (behind.has(dependent) || statusOf(dependent, run) !== 'blocked') continue
      behind.add(dependent)
      open.push(dependent)
    }
  }
  return [...run.groups.keys()].filter((one) => behind.has(one))
}

/** Of a step with items: the worst of theirs. One without any has succeeded. */
function statusOf(group: string, run: PastRun): PastStep['status'] {
  const items = run.groups.get(group) ?? []
  const worst = (['failed', 'cancelled', 'blocked'] as const).find((status) =>
    items.some((item) => item.status === status),
  )
  return worst ?? 'succeeded'
}

function listed(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`
}

function seconds(ms: number): string {
  return secondsText(ms / 1000)
}
