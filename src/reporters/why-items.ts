import type { Analysis } from '../run/analysis.ts'
import { lastToEnd, type PastRun, type PastStep } from '../run/past-run.ts'
import { secondsText } from './amounts.ts'
import { ending, nameText, namesText } from './prose.ts'
import { effectText, needsText, pathText, rootCauses } from './why-around.ts'

/** Below this, two durations are the same. */
const noticeableMs = 10

/** What happened to all items of a step, in paragraphs. */
export function whyItems(items: readonly PastStep[], run: PastRun, analysis: Analysis): readonly string[] {
  const [first] = items
  if (first === undefined) return []
  return [
    countsText(items),
    ...failureTexts(items),
    items.every(({ status }) => status === 'blocked') ? rootCauses(first, run) : '',
    needsText(first, run),
    queueText(items, analysis),
    durationsText(items),
    retriesText(items),
    effectText(items, run, analysis),
    pathOf(items, run, analysis),
  ].filter((text) => text !== '')
}

function countsText(items: readonly PastStep[]): string {
  const counts = (['succeeded', 'failed', 'cancelled', 'blocked'] as const).flatMap((status) => {
    const count = items.filter((item) => item.status === status).length
    return count === 0 ? [] : [{ status, count }]
  })
  const [only] = counts
  if (counts.length === 1 && only !== undefined)
    return items.length === 1 ? `Its only item ${verbs[only.status]}.` : pluralTexts[only.status]
  return `Of its items ${counts.map(({ status, count }) => `${count} ${status}`).join(', ')}.`
}

const verbs = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
  blocked: 'never ran, since a step that it needs did not succeed',
} as const

const pluralTexts = {
  succeeded: 'All of its items succeeded.',
  failed: 'All of its items failed.',
  cancelled: 'All of its items were cancelled.',
  blocked: 'None of its items ran, since a step that they need did not succeed.',
} as const

/** One sentence for each way of failing. */
function failureTexts(items: readonly PastStep[]): readonly string[] {
  const failures = new Map<string, string[]>()
  for (const { id, status, error } of items) {
    if (status !== 'failed') continue
    const message = ending(error?.message ?? 'no reason is given')
    const same = failures.get(message)
    if (same === undefined) failures.set(message, [id])
    else same.push(id)
  }
  return [...failures].map(([message, ids]) => `${namesText(ids)} failed: ${message}`)
}

function queueText(items: readonly PastStep[], { queueing }: Analysis): string {
  const ran = items.filter((item) => item.ran !== undefined)
  const waited = ran.flatMap(({ id }) => {
    const queued = queueing.get(id)
    return queued === undefined ? [] : [{ id, ...queued }]
  })
  const readyAt = ran.reduce((least, item) => Math.min(least, item.ran?.readyAt ?? Infinity), Infinity)
  if (ran.length === 0) return ''
  const ready = `They were ready at ${seconds(readyAt)}`
  if (waited.length === 0) return `${ready} and started at once.`
  const longest = waited.reduce((most, one) => (one.waitedMs > most.waitedMs ? one : most))
  const forSlot = waited.every(({ freedBy }) => freedBy !== undefined) ? ' for a slot' : ''
  const atOnce =
    ran.length === waited.length
      ? 'all of them'
      : `${ran.length - waited.length} started at once, ${waited.length}`
  return `${ready}; ${atOnce} had to wait${forSlot}, longest ${nameText(longest.id)} with ${seconds(longest.waitedMs)}.`
}

function durationsText(items: readonly PastStep[]): string {
  const ran = items.flatMap(({ id, ran: times }) =>
    times === undefined ? [] : [{ id, ms: times.endAt - times.startAt, startAt: times.startAt }],
  )
  const last = lastToEnd(items)
  if (ran.length < 2 || last?.ran === undefined) return ''
  const shortest = ran.reduce((least, one) => (one.ms < least.ms ? one : least))
  const longest = ran.reduce((most, one) => (one.ms > most.ms ? one : most))
  const start = ran.reduce((least, one) => Math.min(least, one.startAt), Infinity)
  const span = `They ran from ${seconds(start)} to ${seconds(last.ran.endAt)}.`
  if (longest.ms - shortest.ms < noticeableMs)
    return `${span} Each took ${seconds(longest.ms)}, and the last to end was ${nameText(last.id)}.`
  return `${span} The quickest was ${nameText(shortest.id)} with ${seconds(shortest.ms)}, the slowest ${nameText(longest.id)} with ${seconds(longest.ms)}, and the last to end ${nameText(last.id)}.`
}

function retriesText(items: readonly PastStep[]): string {
  const retried = items.filter(({ attempts }) => attempts.length > 1)
  if (retried.length === 0) return ''
  const retries = retried.reduce((sum, { attempts }) => sum + attempts.length - 1, 0)
  return `${namesText(retried.map(({ id }) => id))} needed ${retries === 1 ? '1 retry' : `${retries} retries in all`}.`
}

function pathOf(items: readonly PastStep[], run: PastRun, analysis: Analysis): string {
  const onPath = items.find(({ id }) => run.criticalPath.includes(id))
  if (onPath !== undefined)
    return pathText(onPath, run, analysis).replace(/^It is/, () => `${nameText(onPath.id)} is`)
  const last = lastToEnd(items)
  return last === undefined
    ? ''
    : pathText(last, run, analysis).replace(/^It /, () => `${nameText(last.id)}, the last of them, `)
}

function seconds(ms: number): string {
  return secondsText(ms / 1000)
}
