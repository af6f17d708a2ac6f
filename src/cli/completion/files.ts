import { readdirSync, statSync, type Stats } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { looksLikeFlow } from '../looks-like-flow.ts'
import { offer, type Candidate, type Completion } from './candidate.ts'

/** How many entries of a folder are looked at. */
const MOST_ENTRIES = 2000
/** How many files are opened to see whether they are flows. */
const MOST_OPENED = 200

interface Entry {
  readonly name: string
  readonly facts: Stats
}

/** Folders and files that a path could go on with. */
export function filesAt(typed: string, before: string): Completion {
  return listed(typed, before, (files) => files)
}

/** Folders and flows. */
export function flowsAt(typed: string): Completion {
  return listed(typed, '', (files, folder) =>
    files
      .filter(({ name }) => /\.(?:ya?ml|json)$/.test(name))
      .slice(0, MOST_OPENED)
      .filter(({ name }) => looksLikeFlow(join(folder, name))),
  )
}

function listed(
  typed: string,
  before: string,
  wanted: (files: readonly Entry[], folder: string) => readonly Entry[],
): Completion {
  const shown = typed.slice(0, typed.lastIndexOf('/') + 1)
  const folder = shown.startsWith('~/') ? join(homedir(), shown.slice(2)) : shown === '' ? '.' : shown
  const start = typed.slice(shown.length)
  const entries = entriesOf(folder, start)
  const isFolder = ({ facts }: Entry): boolean => facts.isDirectory()
  const folders = entries.filter((entry) => isFolder(entry) && entry.name !== 'node_modules')
  const files = wanted(
    // Nothing else is opened: a pipe would never end.
    entries.filter(({ facts }) => facts.isFile()),
    folder,
  )
  const candidates: readonly Candidate[] = [
    ...folders.map(({ name }): Candidate => ({ text: `${shown}${name}/`, goesOn: true })),
    ...files.map(({ name }): Candidate => ({ text: shown + name })),
  ]
  return { ...offer(candidates, typed, before), areFiles: true }
}

/** Hidden ones only when their dot is typed. */
function entriesOf(folder: string, start: string): readonly Entry[] {
  const names = readdirSync(folder).filter(
    (name) => name.startsWith(start) && (start !== '' || !name.startsWith('.')),
  )
  return names.slice(0, MOST_ENTRIES).flatMap((name) => {
    const facts = statSync(join(folder, name), { throwIfNoEntry: false })
    return facts === undefined ? [] : [{ name, facts }]
  })
}
