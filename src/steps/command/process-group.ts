import type { ChildProcess } from 'node:child_process'

/** Programs that run and may have started others, each in a group of its own. */
const groups = new Set<ChildProcess>()

/** From here on what the program starts ends with it, and with this process. The program must lead a group of its own. */
export function guardGroup(child: ChildProcess): void {
  if (groups.size === 0) process.on('exit', killAll)
  groups.add(child)
}

/** Sends a signal to a program and to all that it has started. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // Nothing of it is left.
  }
}

/** Ends what a program that has ended leaves behind. */
export function releaseGroup(child: ChildProcess): void {
  if (!groups.delete(child)) return
  signalGroup(child, 'SIGKILL')
  if (groups.size === 0) process.off('exit', killAll)
}

function killAll(): void {
  for (const child of groups) signalGroup(child, 'SIGKILL')
}
