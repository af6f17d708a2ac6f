import type { Analysis } from '../run/analysis.ts'
import { cancelledBecause } from '../run/cancelled.ts'
import type { PastRun, PastStep } from '../run/past-run.ts'
import { visibleLine } from '../source/visible.ts'
import { countText, secondsText } from './amounts.ts'
import { ending, nameText } from './prose.ts'
import { effectText, needsText, pathText, rootCauses } from './why-around.ts'

/** Shorter than this, and a duration says nothing. */
const noticeableMs = 5

/** What happened to one step and why, in paragraphs; plain sentences, times in seconds since the run started. */
export function whyStep(step: PastStep, run: PastRun, analysis: Analysis): readonly string[] {
  return [
    outcomeText(step, run),
    needsText(step, run),
    startText(step, analysis),
    ...callTexts(step),
    effectText([step], run, analysis),
    pathText(step, run, analysis),
  ].filter((text) => text !== '')
}

function at(ms: number): string {
  return secondsText(ms / 1000)
}

function outcomeText(step: PastStep, run: PastRun): string {
  const { status, ran, error, reason, kind } = step
  const when = ran === undefined ? '' : ` at ${at(ran.endAt)}`
  const took = ran === undefined ? 0 : ran.endAt - ran.startAt
  const isLong = ran !== undefined && took >= noticeableMs
  switch (status) {
    case 'succeeded':
      return kind === 'value'
        ? `It succeeded${when}. It calls no model, and so takes next to no time.`
        : isLong
          ? `It succeeded after ${at(took)}: it ran from ${at(ran.startAt)} to ${at(ran.endAt)}.`
          : `It succeeded${when}.`
    case 'failed': {
      const help = error?.help === undefined ? '' : ` What to do: ${ending(error.help)}`
      return `It failed${when}: ${ending(error?.message ?? reason ?? 'no reason is given')}${isLong ? ` It had run for ${at(took)}.` : ''}${help}`
    }
    case 'skipped':
      return `It was not to run: ${ending(reason ?? 'no reason is given')}`
    case 'blocked':
      return `It never ran, since a step that it needs did not succeed. ${rootCauses(step, run)}`.trimEnd()
    case 'cancelled':
      return cancelledText(step, run)
  }
}

function cancelledText({ ran, reason }: PastStep, run: PastRun): string {
  const first = [...run.steps.values()].find(({ status }) => status === 'failed')
  const why =
    reason === cancelledBecause['fail-fast'] && first !== undefined
      ? `${nameText(first.id)} failed, and the run was to stop at the first failure`
      : (reason ?? cancelledBecause.interrupted)
  const when = ran === undefined ? '' : ` at ${at(ran.endAt)}`
  const how =
    ran === undefined
      ? 'It had not started.'
      : `It had been running for ${at(ran.endAt - ran.startAt)}, since ${at(ran.startAt)}.`
  return `It was cancelled${when}: ${why}. ${how}`
}

/** When it was ready, and what it then waited for. */
function startText({ id, ran }: PastStep, { queueing }: Analysis): string {
  if (ran === undefined) return ''
  const queued = queueing.get(id)
  if (queued === undefined) return `It was ready at ${at(ran.readyAt)} and started at once.`
  const others = queued.running === 0 ? 'nothing else ran' : `${countText(queued.running, 'other step')} ran`
  const waited = `It was ready at ${at(ran.readyAt)}, but had to wait ${at(queued.waitedMs)}`
  if (queued.freedBy !== undefined)
    return `${waited} for a slot while ${others}. It got the one of ${nameText(queued.freedBy)}, which ended at ${at(ran.startAt)}.`
  return `${waited}, until ${at(ran.startAt)}. That was not for a slot, since none became free then: a limit in time held it back, such as requests or tokens per minute, or a pause that the server had asked for.`
}

/** One call that went well in a sentence; more of them in one each. */
function callTexts({ kind, model, attempts, ran }: PastStep): readonly string[] {
  if (ran === undefined || (kind !== 'llm' && attempts.length === 0)) return []
  const called = model === null ? 'the model' : visibleLine(`${model.provider} ${model.model}`)
  const [only] = attempts
  if (attempts.length === 1 && only?.status === 'succeeded') {
    const first =
      only.time_to_first_token === null
        ? ''
        : `, the first token after ${secondsText(only.time_to_first_token)}`
    return [`One call of ${called} took ${secondsText(only.duration)}${first}.`]
  }
  const waited = attempts.reduce((sum, { wait }) => sum + (wait ?? 0), 0)
  const sentences = attempts.map(({ attempt, duration, status, error, wait }) => {
    const after = `Attempt ${attempt} ${attemptVerbs[status]} after ${secondsText(duration)}`
    const text = error === null ? `${after}.` : `${after}: ${ending(error.message)}`
    return wait === null ? text : `${text} The next one followed ${secondsText(wait)} later.`
  })
  const total =
    waited >= noticeableMs / 1000 ? ` Waiting between attempts took ${secondsText(waited)} of its time.` : ''
  if (attempts.length === 0) return []
  return [`It called ${called} ${timesText(attempts.length)}. ${sentences.join(' ')}${total}`]
}

function timesText(count: number): string {
  return ['never', 'once', 'twice'][count] ?? `${count} times`
}

const attemptVerbs = { succeeded: 'answered', failed: 'failed', cancelled: 'was broken off' } as const
