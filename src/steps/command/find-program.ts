import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { closest } from '../../diagnostics/closest.ts'

/** Whether a program of this name can be started; one that is named by a path may be made while the flow runs. */
export function hasProgram(name: string, path: string | undefined): boolean {
  if (/[\\/]/.test(name) || process.platform === 'win32') return true
  return foldersOf(path).some((folder) => isExecutable(join(folder, name)))
}

/** What to do about a program that is not there. */
export function programHelp(name: string, path: string | undefined): string {
  if (/[\\/]/.test(name)) return "paths are relative to the flow's folder, and the file must be executable"
  const names = foldersOf(path).flatMap(namesIn)
  const guess = closest(name, names)
  return guess === undefined ? 'install it, or see that PATH names its folder' : `did you mean "${guess}"?`
}

function foldersOf(path: string | undefined): readonly string[] {
  return (path ?? '').split(delimiter).filter((folder) => folder !== '')
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
