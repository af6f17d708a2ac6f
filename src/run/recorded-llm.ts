import { LlmError, type Llm, type LlmAnswer, type LlmConfig, type LlmRequest } from '../llms/llm.ts'
import { unifiedDiff } from '../source/unified-diff.ts'
import type { Json } from '../source/json.ts'
import type { Player } from '../store/player.ts'
import type { Recorder } from '../store/recorder.ts'
import type { RecordedCall } from '../store/recording.ts'
import { recordedAnswer } from './recorded-answer.ts'

/** Writes down what is answered, or answers from what was written down. */
export type Recordings =
  | { readonly kind: 'record'; readonly recorder: Recorder; readonly onWarning: (error: unknown) => void }
  | { readonly kind: 'replay'; readonly player: Player; readonly folder: string }

interface Asker {
  readonly config: LlmConfig
  /** Name of the flow. */
  readonly flow: string
  /** The step that asks, with those around it. */
  readonly step: string
  readonly recordings: Recordings
}

/** An LLM whose answers are recorded; or that has none of its own, and is never called. */
export function recordedLlm(llm: Llm, { config, flow, step, recordings }: Asker): Llm {
  const callOf = (request: LlmRequest): RecordedCall => ({ flow, step, request: requestOf(config, request) })
  if (recordings.kind === 'replay') {
    const { player, folder } = recordings
    return { call: (request) => replayed(player, callOf(request), folder) }
  }
  const { recorder, onWarning } = recordings
  return {
    async call(request, options) {
      const answer = await llm.call(request, options)
      // The answer was paid for, whether it can be written down or not.
      await recorder.record(callOf(request), answerOf(answer)).catch(onWarning)
      return answer
    },
  }
}

async function replayed(player: Player, call: RecordedCall, folder: string): Promise<LlmAnswer> {
  const playback = player.play(call)
  if (playback.isHit) {
    const answer = recordedAnswer(playback.answer)
    if (answer !== undefined) return answer
    const message = `what "${playback.path}" holds as an answer is none`
    const help = 'record it anew with --record, or mend the file'
    throw new LlmError('bad-response', message, { retryable: false, help })
  }
  const { asked, nearest } = playback
  const message = `there is no recording of this call in "${folder}"`
  if (nearest === undefined) throw new LlmError('not-recorded', message, { retryable: false })
  const diff = unifiedDiff('', nearest.recorded, asked).split('\n').slice(2).join('\n')
  const help = `the nearest is ${nearest.path}; what was asked differs by\n${diff}record it with --record`
  throw new LlmError('not-recorded', message, { retryable: false, help })
}

/** All that the answer depends on. Where the server stands is not among it, so that a recording holds everywhere. */
function requestOf({ provider, api, model, params }: LlmConfig, request: LlmRequest): Json {
  return plainJson({ provider, api, model, params, ...request })
}

/** Without what differs between equal calls. */
function answerOf({ text, finishReason, toolCalls, usage, model }: LlmAnswer): Json {
  return plainJson({ text, finishReason, toolCalls, usage, model })
}

/** Without what is undefined. */
function plainJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}
