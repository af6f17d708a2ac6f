import { lastToEnd, type PastRun } from './past-run.ts'

/** Why a step that was ready did not start at once. */
export interface Queueing {
  readonly waitedMs: number
  /** How many other steps ran until then. */
  readonly running: number
  /** The step whose end let it start; undefined when none ended then, and a limit in time held it back. */
  readonly freedBy: string | undefined
}

export interface Analysis {
  /**
   * Milliseconds that a step could have taken longer without the run ending later; 0 on the critical path. Empty when the
   * embedded model answered: its calls share one thread and slow each other down, so that nothing can be said of one.
   */
  readonly slackMs: ReadonlyMap<string, number>
  /** The steps that waited for something else than their needs. */
  readonly queueing: ReadonlyMap<string, Queueing>
}

/** Below this, a wait is only the time that starting takes; and so is a gap between an end and the start it allows. */
const noticeableMs = 5
const startingMs = 25

/**
 * What held the steps of a run back. A step depends on its needs, and where it waited for a slot, on the step whose slot
 * it got; slack is what is left when the others do as they did. Takes time in proportion to steps plus edges.
 */
export function analyse(run: PastRun): Analysis {
  const queueing = findQueueing(run)
  const isShared = [...run.steps.values()].some(({ model }) => model?.provider === 'embedded')
  return { queueing, slackMs: isShared ? new Map() : findSlack(run, queueing) }
}

function findQueueing(run: PastRun): ReadonlyMap<string, Queueing> {
  const ran = [...run.steps.values()].filter((step) => step.ran !== undefined)
  const byEnd = ran.toSorted((a, b) => (a.ran?.endAt ?? 0) - (b.ran?.endAt ?? 0))
  const ends = byEnd.map((step) => step.ran?.endAt ?? 0)
  const starts = ran.map((step) => step.ran?.startAt ?? 0).sort((a, b) => a - b)
  const queueing = new Map<string, Queueing>()
  const taken = new Set<string>()
  for (const { id, ran: times } of ran.toSorted((a, b) => (a.ran?.startAt ?? 0) - (b.ran?.startAt ?? 0))) {
    if (times === undefined) continue
    const { readyAt, startAt } = times
    if (startAt - readyAt < noticeableMs) continue
    // Of those that ended while it waited, shortly before it started, the first whose slot nobody has got. Times in a
    // result are whole milliseconds.
    const from = countUpTo(ends, Math.max(readyAt, startAt - startingMs) - 1)
    const to = countUpTo(ends, startAt + 1)
    const freed = byEnd
      .slice(from, to)
      .find((step) => step.ran !== undefined && step.ran.startAt < startAt && !taken.has(step.id))
    if (freed !== undefined) taken.add(freed.id)
    // Shortly before, and with ends as early as rounding may have hidden: no slot is counted twice.
    const before = (freed?.ran?.endAt ?? startAt) - 2
    const running = Math.max(0, countUpTo(starts, before) - countUpTo(ends, before + 1))
    queueing.set(id, { waitedMs: startAt - readyAt, running, freedBy: freed?.id })
  }
  return queueing
}

/** How many of some sorted numbers are not above a limit. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((sorted[middle] ?? 0) <= limit) from = middle + 1
    else to = middle
  }
  return from
}

/** What a node's end holds back: by how much later it could be, with the slack that is there in turn. */
interface Follower {
  readonly id: string
  readonly gapMs: number
}

/** Nodes are steps that ran, and `group:` for "all items of this step have ended". */
function findSlack(run: PastRun, queueing: ReadonlyMap<string, Queueing>): ReadonlyMap<string, number> {
  const followers = new Map<string, Follower[]>()
  const follow = (id: string, follower: Follower): void => {
    const known = followers.get(id)
    if (known === undefined) followers.set(id, [follower])
    else known.push(follower)
  }
  const groupEnds = new Map<string, number>()
  for (const [group, steps] of run.groups) {
    const end = lastToEnd(steps)?.ran?.endAt
    if (end === undefined) continue
    groupEnds.set(group, end)
    for (const { id, ran } of steps)
      if (ran !== undefined) follow(id, { id: `group:${group}`, gapMs: end - ran.endAt })
  }
  for (const { id, needs, ran } of run.steps.values()) {
    if (ran === undefined) continue
    const queued = queueing.get(id)
    const slot = queued?.freedBy
    if (slot !== undefined) follow(slot, { id, gapMs: ran.startAt - (run.steps.get(slot)?.ran?.endAt ?? 0) })
    const lastNeed = needs.reduce((last, need) => Math.max(last, groupEnds.get(need) ?? 0), 0)
    for (const need of needs) {
      const end = groupEnds.get(need)
      // One that waited for a slot would not have started earlier or later for its needs.
      const queuedMs = slot === undefined ? 0 : (queued?.waitedMs ?? 0)
      if (end !== undefined) follow(`group:${need}`, { id, gapMs: lastNeed - end + queuedMs })
    }
  }
  const slack = new Map<string, number>()
  const end = [...groupEnds.values()].reduce((last, one) => Math.max(last, one), 0)
  for (const id of lastFirst(followers, [...run.steps.keys()])) {
    const own = id.startsWith('group:') ? undefined : run.steps.get(id)?.ran
    let least = own === undefined ? Infinity : end - own.endAt
    for (const follower of followers.get(id) ?? [])
      least = Math.min(least, (slack.get(follower.id) ?? Infinity) + Math.max(0, follower.gapMs))
    slack.set(id, least)
  }
  const onPath = new Set(run.criticalPath)
  const found = new Map<string, number>()
  for (const { id, ran } of run.steps.values()) {
    const known = slack.get(id)
    if (ran !== undefined && known !== undefined) found.set(id, onPath.has(id) ? 0 : Math.round(known))
  }
  return found
}

/** All nodes, each after its followers. A circle, which no run makes, is cut where it is entered. */
function lastFirst(
  followers: ReadonlyMap<string, readonly Follower[]>,
  roots: readonly string[],
): readonly string[] {
  const order: string[] = []
  const seen = new Set<string>()
  for (const root of roots) {
    const stack: { readonly id: string; next: number }[] = []
    const enter = (id: string): void => {
      if (seen.has(id)) return
      seen.add(id)
      stack.push({ id, next: 0 })
    }
    enter(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const follower = followers.get(top.id)?.[top.next++]
      if (follower !== undefined) enter(follower.id)
      else {
        order.push(top.id)
        stack.pop()
      }
    }
  }
  return order
}
