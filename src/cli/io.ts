import type { Palette } from '../source/palette.ts'

/** 0 succeeded · 1 a step failed · 2 the flow or the command line is wrong · 3 over budget · 4 items were lost · 70 a mistake in llmflows · 128 + signal. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 70 | 129 | 130 | 143

/**
 * One of the two streams a command writes to. A reader that has gone away is no error; what follows is dropped. A disk
 * that is full is said when the process ends, and ends it with 1.
 */
export interface Writer {
  readonly isTerminal: boolean
  /** Colours, where this stream has them. */
  readonly palette: Palette
  /** Of the terminal; 80 where there is none. */
  readonly columns: number
  /** Text from outside must have passed `visible`; secrets are taken out of what goes to stderr. */
  write(text: string): void
  /** Writes piece by piece and makes the next one when the last has been taken; stops when nothing can be written. */
  writeAll(pieces: Iterable<string>): Promise<void>
  /** Why something could not be written; undefined from then on: whoever asks has to tell it. */
  takeFailure(): Error | undefined
}

/** What a command has of the world. Only `process-io.ts` knows the process behind it. */
export interface Io {
  /** The result and nothing else. */
  readonly stdout: Writer
  /** Messages, progress, diagnostics. */
  readonly stderr: Writer
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder that relative paths are relative to. */
  readonly cwd: string
  /** Whether someone can be asked: stdin and stderr are terminals. */
  readonly isInteractive: boolean
  /** The terminal behind stderr, where a line may be drawn again and again; undefined where that would do harm. */
  readonly animated: NodeJS.WriteStream | undefined
  /** Takes secrets out of a text; stderr does so by itself. */
  redact(text: string): string
  /** Further values that must never be shown. */
  addSecrets(secrets: readonly string[]): void
  /** All of standard input, which can be read once: throws `UsageError` the second time. */
  stdinBytes(): Promise<Uint8Array>
  /** What the process will exit with; 0 when never called. */
  setExitCode(code: ExitCode): void
}
