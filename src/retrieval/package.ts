import { LlmError } from '../llms/llm.ts'

interface Needed {
  /** Who needs it, as the subject of a sentence. */
  readonly needs: string
  /** What to install, with a version where it matters. */
  readonly packages: readonly string[]
}

/** Why an optional package could not be loaded: mostly it is not installed, and then the message says how. */
export function missingPackage(error: unknown, { needs, packages }: Needed): LlmError {
  const list = packages.join(' ')
  const isMissing =
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')
  const reason = isMissing
    ? `${packages.length === 1 ? 'a package that is' : 'packages that are'} not installed: ${list}`
    : `${list}, which cannot be loaded: ${error instanceof Error ? firstLine(error.message) : String(error)}`
  return new LlmError('package-missing', `${needs} need ${reason}`, {
    retryable: false,
    help: `npm install ${list}`,
    cause: error,
  })
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
