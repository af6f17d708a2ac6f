/** The command line is wrong: shown as `error: message`, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** What to do about it; several lines are allowed. */
  readonly help: string | undefined

  /** The message is lower case without a full stop. */
  constructor(message: string, help?: string) {
    super(message)
    this.help = help
  }
}
