import type { ExitCode } from './io.ts'

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Record<string, ExitCode>
type Signal = keyof typeof exitCodes
const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const satisfies readonly Signal[]

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal
  /** What to exit with once a signal has come. */
  readonly exitCode: ExitCode | undefined
  /** Lets signals end the process again. */
  release(): void
}

/** Turns the first signal into an abort; a second one ends the process at once. */
export function catchSignals(onFirst: () => void): Interruption {
  const controller = new AbortController()
  let exitCode: ExitCode | undefined
  const listeners = signals.map((name) => {
    const listener = (): void => {
      if (exitCode !== undefined) process.exit(exitCodes[name])
      exitCode = exitCodes[name]
      onFirst()
      controller.abort()
    }
    process.on(name, listener)
    return { name, listener }
  })
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
    release() {
      for (const { name, listener } of listeners) process.off(name, listener)
    },
  }
}
