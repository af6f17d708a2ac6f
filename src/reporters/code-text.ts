import type { StepStarted } from '../run/events.ts'

/** Characters of a command that are shown; all of it is in the result. */
const MOST = 60

/** Which function or program a step runs: `function tools/calc.ts#add`, `command wc -w`; undefined for other steps. */
export function codeText(request: StepStarted['request']): string | undefined {
  const { function: name, command } = request ?? {}
  if (typeof name === 'string') return `function ${name.replace(/^\.\//, '')}`
  if (!Array.isArray(command)) return undefined
  const words = command.map((word) =>
    /^[\w@%+=:,./-]+$/.test(String(word)) ? String(word) : JSON.stringify(word),
  )
  const line = words.join(' ')
  return `command ${line.length > MOST ? `${line.slice(0, MOST)}…` : line}`
}
