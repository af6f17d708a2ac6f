import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemFiles, type FileSystem } from '../../src/store/file-system.ts'
import { lockHolder, takeLock } from '../../src/store/lock.ts'
import { systemProcesses, type ProcessIdentity } from '../../src/store/processes.ts'
import { processes, storeErrorOf, temporaryFolder } from './folders.ts'

const world = { fs: systemFiles, processes }

/** A lock that a process has left behind. */
function leave(folder: string, holder: ProcessIdentity, number = 1): void {
  writeFileSync(join(folder, `lock-${number}`), JSON.stringify(holder))
}

function locksIn(folder: string): readonly string[] {
  return readdirSync(folder).toSorted()
}

describe('the lock of a run', () => {
  test('is held by one, who is named to the others, until it is released', async () => {
    const folder = temporaryFolder()
    const lock = await takeLock(folder, world)
    expect(JSON.parse(readFileSync(join(folder, 'lock-1'), 'utf8'))).toEqual(processes.self)
    expect(await storeErrorOf(() => takeLock(folder, world))).toMatchObject({
      code: 'run-held',
      message: `process ${process.pid} is at work on this run`,
      help: `wait until it has ended, or stop it: kill ${process.pid}`,
    })
    expect(await lockHolder(folder, world)).toEqual(processes.self)
    lock.release()
    lock.release()
    expect(locksIn(folder)).toEqual([])
    expect(await lockHolder(folder, world)).toBeUndefined()
    const next = await takeLock(folder, world)
    next.release()
  })

  test('goes to the next one when its process is gone', async () => {
    const folder = temporaryFolder()
    const child = spawn(process.execPath, ['-e', ''])
    await new Promise((resolve) => child.on('close', resolve))
    leave(folder, { ...processes.self, pid: child.pid! })
    expect(await lockHolder(folder, world)).toBeUndefined()
    const lock = await takeLock(folder, world)
    expect(locksIn(folder)).toEqual(['lock-1', 'lock-2'])
    expect(await storeErrorOf(() => takeLock(folder, world))).toMatchObject({ code: 'run-held' })
    lock.release()
    expect(locksIn(folder)).toEqual(['lock-1'])
  })

  test('goes to the next one when another process has got the number of the one that is gone', async () => {
    const folder = temporaryFolder()
    leave(folder, { ...processes.self, start: processes.self.start - 1 })
    await takeLock(folder, world)
  })

  test('goes to the next one when the machine was started anew', async () => {
    const folder = temporaryFolder()
    leave(folder, { ...processes.self, boot: 'an earlier one' })
    await takeLock(folder, world)
  })

  test('goes to the next one when its process has ended and only its parent does not know', async () => {
    const folder = temporaryFolder()
    // The shell's child ends while the shell, which has become another program, never waits for it.
    const child = spawn('sh', ['-c', 'sh -c "echo \\$\\$; exit" & exec sleep 60'])
    const pid = await new Promise<number>((resolve) => {
      child.stdout.on('data', (data: Buffer) => resolve(Number(data.toString())))
    })
    try {
      const identity = { ...processes.self, pid, start: startOf(pid) }
      while (await processes.isRunning(identity)) await new Promise((resolve) => setTimeout(resolve, 5))
      leave(folder, identity)
      await takeLock(folder, world)
    } finally {
      child.kill('SIGKILL')
    }
  })

  test.each<[string, Partial<ProcessIdentity>]>([
    ['another machine', { host: 'elsewhere', boot: 'another' }],
    ['another container', { space: 'pid:[1]' }],
  ])('is not broken when its process cannot be seen, as in %s', async (_where, difference) => {
    const folder = temporaryFolder()
    leave(folder, { ...processes.self, pid: 4_000_000, ...difference })
    const { host } = { ...processes.self, ...difference }
    expect(await storeErrorOf(() => takeLock(folder, world))).toMatchObject({
      code: 'run-held',
      message: `process 4000000 of "${host}" may be at work on this run`,
      help: `it cannot be seen from here; when it is over, remove "${join(folder, 'lock-1')}"`,
    })
  })

  test('is not broken when it cannot be read', async () => {
    for (const content of [
      '',
      'null',
      '[]',
      '{"pid":1}',
      '{"pid":-1,"start":1,"host":"","boot":"","space":""}',
    ]) {
      const folder = temporaryFolder()
      writeFileSync(join(folder, 'lock-1'), content)
      expect(await storeErrorOf(() => takeLock(folder, world))).toMatchObject({
        code: 'run-held',
        message: `lock "${join(folder, 'lock-1')}" does not say who holds it`,
      })
    }
  })

  test('goes to one of many that find it stale at the same time', async () => {
    for (let round = 0; round < 30; round++) {
      const folder = temporaryFolder()
      leave(folder, { ...processes.self, start: 1 }, 1 + round)
      const taken = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(folder, world)))
      expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    }
  })

  test('goes to nobody else when it is given up and taken while somebody still believes it stale', async () => {
    const folder = temporaryFolder()
    leave(folder, { ...processes.self, start: 1 })
    const others: (() => void)[] = []
    const late: FileSystem = {
      ...systemFiles,
      link(from, to) {
        for (const other of others.splice(0)) other()
        systemFiles.link(from, to)
      },
    }
    // Meanwhile one has taken it and given it up, and another one has it now.
    others.push(() => {
      systemFiles.link(join(folder, 'lock-1'), join(folder, 'lock-2'))
      systemFiles.remove(join(folder, 'lock-2'))
      leave(folder, processes.self, 2)
    })
    expect(await storeErrorOf(() => takeLock(folder, { fs: late, processes }))).toMatchObject({
      code: 'run-held',
    })
  })
})

describe('without /proc', () => {
  const elsewhere = systemProcesses('/nowhere')

  test('a process is told by its number and when it started', async () => {
    expect(elsewhere.self).toMatchObject({ pid: process.pid, boot: '', space: '' })
    expect(await elsewhere.isRunning(elsewhere.self)).toBe(true)
    expect(await elsewhere.isRunning({ ...elsewhere.self, start: elsewhere.self.start - 60_000 })).toBe(false)
  })

  test('a number that nobody has is one of a process that is gone', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await new Promise((resolve) => child.on('close', resolve))
    expect(await elsewhere.isRunning({ ...elsewhere.self, pid: child.pid! })).toBe(false)
  })
})

function startOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
}
