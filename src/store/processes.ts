import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process, told from every other one that had or will have its number. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started: in ticks since the machine did where that can be read, otherwise in milliseconds. */
  readonly start: number
  readonly host: string
  /** The start of the machine, and the set of processes within which the number counts; empty where they have no name. */
  readonly boot: string
  readonly space: string
}

export interface Processes {
  readonly self: ProcessIdentity
  /** The user that this process acts as; undefined where users have no numbers. */
  readonly userId: number | undefined
  /** Whether that very process still runs; undefined when it cannot be told from here. */
  isRunning(identity: ProcessIdentity): Promise<boolean | undefined>
}

/** Starting a program and its clock are not the same instant, and `ps` counts in seconds. */
const START_TOLERANCE_MS = 5000

/** The processes of this machine. `proc` is where Linux tells of them; without it `ps` is asked. */
export function systemProcesses(proc = '/proc'): Processes {
  const boot = orEmpty(() => readFileSync(`${proc}/sys/kernel/random/boot_id`, 'utf8').trim())
  const start = boot === '' ? undefined : startTicks(proc, process.pid)
  const self: ProcessIdentity = {
    pid: process.pid,
    start: typeof start === 'number' ? start : Math.round(performance.timeOrigin),
    host: hostname(),
    boot: typeof start === 'number' ? boot : '',
    space: orEmpty(() => readlinkSync(`${proc}/self/ns/pid`)),
  }
  return {
    self,
    userId: process.getuid?.(),
    async isRunning(identity) {
      const isHere = identity.boot === self.boot && identity.space === self.space
      if (isHere && self.boot !== '') return startTicks(proc, identity.pid) === identity.start
      if (identity.host !== self.host) return undefined
      if (isHere) return exists(identity.pid) && (await isSameStart(identity))
      // The machine has been started anew since; where only the set of processes differs, nothing is known.
      return identity.boot === self.boot ? undefined : false
    },
  }
}

/** When a process started; undefined when there is none, or when it is over and only its parent has not noticed. */
function startTicks(proc: string, pid: number): number | undefined {
  const line = orEmpty(() => readFileSync(`${proc}/${pid}/stat`, 'latin1'))
  // The name of the program stands in parentheses and may hold anything.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  const ticks = Number(fields[19])
  return state === '' || state === 'Z' || state === 'X' || !Number.isInteger(ticks) ? undefined : ticks
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process may not be sent a signal, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Where nobody can say when a process started, one with its number counts as the same: a lock is not broken on a guess. */
async function isSameStart({ pid, start }: ProcessIdentity): Promise<boolean> {
  // Takes milliseconds to load, and is needed only where a lock was found on a system without /proc.
  const { execFile } = await import('node:child_process')
  const env = { LC_ALL: 'C', TZ: 'UTC' }
  return new Promise((resolve) => {
    execFile('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { env, timeout: 5000 }, (_error, stdout) => {
      const told = Date.parse(`${stdout.trim()} UTC`)
      resolve(Number.isNaN(told) || Math.abs(told - start) <= START_TOLERANCE_MS)
    })
  })
}

function orEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
