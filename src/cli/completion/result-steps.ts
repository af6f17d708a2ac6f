import { readdirSync, readFileSync, statSync } from 'node:fs'
import type { Candidate } from './candidate.ts'

/** A larger result would keep the person waiting who pressed Tab. */
const MAX_BYTES = 4 * 1024 * 1024
const MOST_FILES = 20

/** The steps of the newest result in the working folder: the likely ones, when no result is named yet. */
export function stepsOfResults(): readonly Candidate[] {
  const files = readdirSync('.')
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, facts: statSync(name, { throwIfNoEntry: false }) }))
    .filter(({ facts }) => facts?.isFile() === true && facts.size <= MAX_BYTES)
    .sort((one, other) => (other.facts?.mtimeMs ?? 0) - (one.facts?.mtimeMs ?? 0))
  for (const { name } of files.slice(0, MOST_FILES)) {
    const steps = stepsIn(readFileSync(name, 'utf8'))
    if (steps.length > 0) return steps.map((text) => ({ text, about: `in ${name}` }))
  }
  return []
}

function stepsIn(text: string): readonly string[] {
  // Every result has it near its beginning; most other files need not be parsed.
  if (!text.slice(0, 1000).includes('"run_id"')) return []
  try {
    const result: unknown = JSON.parse(text)
    const steps: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, 'steps') : null
    return typeof steps === 'object' && steps !== null ? Object.keys(steps) : []
  } catch {
    return []
  }
}
