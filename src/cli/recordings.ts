import type { RunOptions } from '../run/run-flow.ts'
import { StoreError } from '../store/store-error.ts'
import type { Io } from './io.ts'
import { say } from './message.ts'
import type { RunTexts } from './run-options.ts'
import { UsageError } from './usage-error.ts'

/** Where `--record` writes answers down, or `--replay` reads them; undefined without either. Throws `UsageError`. */
export async function openRecordings(
  { record, replay }: RunTexts,
  io: Io,
): Promise<RunOptions['recordings']> {
  if (record !== undefined && replay !== undefined)
    throw new UsageError('"--record" and "--replay" exclude each other')
  const redact = (text: string): string => io.redact(text)
  try {
    if (replay !== undefined) {
      const { openPlayer } = await import('../store/player.ts')
      return { kind: 'replay', player: openPlayer(replay, { redact }), folder: replay }
    }
    if (record === undefined) return undefined
    const { openRecorder } = await import('../store/recorder.ts')
    const onWarning = (error: unknown): void =>
      say(io, 'warning', error instanceof Error ? error.message : String(error))
    return { kind: 'record', recorder: openRecorder(record, { redact }), onWarning }
  } catch (error) {
    if (error instanceof StoreError) throw new UsageError(error.message, error.help)
    throw error
  }
}
