import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCache } from '../../src/store/cache.ts'
import { contentKey } from '../../src/store/canonical-json.ts'
import { systemFiles, type FileSystem } from '../../src/store/file-system.ts'
import { findHome, openFolder, openHome } from '../../src/store/home.ts'
import { createRun } from '../../src/store/run-folder.ts'
import { errno, faultyFiles } from './faulty-files.ts'
import { asItIs, homeIn, processes, storeErrorOf, temporaryFolder } from './folders.ts'

const world = { fs: systemFiles, processes }

describe('the folder .llmflows', () => {
  test('is made for its owner alone, and git does not see it', () => {
    const directory = temporaryFolder()
    expect(findHome(directory, world)).toBeUndefined()
    const { path } = openHome(directory, world)
    expect(path).toBe(join(directory, '.llmflows'))
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(statSync(join(path, '.gitignore')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('*\n')
    expect(findHome(directory, world)?.path).toBe(path)
  })

  test('is closed to others when it was not, and keeps a .gitignore that is there', () => {
    const directory = temporaryFolder()
    const path = join(directory, '.llmflows')
    mkdirSync(path)
    chmodSync(path, 0o755)
    writeFileSync(join(path, '.gitignore'), 'runs\n')
    openHome(directory, world)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('runs\n')
  })

  test('is made once by many', () => {
    const directory = temporaryFolder()
    let others = 3
    const fs: FileSystem = {
      ...systemFiles,
      factsAt(path) {
        const facts = systemFiles.factsAt(path)
        // Another process makes it right after it was found missing.
        if (facts === undefined && others-- > 0) openHome(directory, world)
        return facts
      },
    }
    expect(openFolder(openHome(directory, { fs, processes }), 'runs')).toBe(
      join(directory, '.llmflows', 'runs'),
    )
  })

  test('is made by two at the same time, down to its .gitignore', () => {
    const directory = temporaryFolder()
    const fs: FileSystem = {
      ...systemFiles,
      factsAt(path) {
        const facts = systemFiles.factsAt(path)
        if (path.endsWith('.gitignore')) openHome(directory, world)
        return facts
      },
    }
    openHome(directory, { fs, processes })
    expect(readFileSync(join(directory, '.llmflows', '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('is refused when it is a link, a file or the folder of another user', async () => {
    const [linked, filed, foreign] = [temporaryFolder(), temporaryFolder(), temporaryFolder()]
    const elsewhere = temporaryFolder()
    symlinkSync(elsewhere, join(linked, '.llmflows'))
    writeFileSync(join(filed, '.llmflows'), '')
    openHome(foreign, world)
    const other = { ...world, processes: { ...processes, userId: 12345 } }
    for (const open of [openHome, findHome]) {
      expect(await storeErrorOf(() => open(linked, world))).toMatchObject({
        code: 'unsafe',
        message: `"${join(linked, '.llmflows')}" is a symbolic link; llmflows keeps its files in a folder`,
      })
      expect(await storeErrorOf(() => open(filed, world))).toMatchObject({
        code: 'unsafe',
        message: `"${join(filed, '.llmflows')}" is not a folder`,
      })
      expect(await storeErrorOf(() => open(foreign, other))).toMatchObject({
        code: 'unsafe',
        message: `"${join(foreign, '.llmflows')}" belongs to another user`,
      })
    }
    expect(existsSync(join(elsewhere, '.gitignore'))).toBe(false)
  })

  test('writes through no link inside it', async () => {
    const home = homeIn()
    const elsewhere = temporaryFolder()
    symlinkSync(elsewhere, join(home.path, 'runs'))
    symlinkSync(elsewhere, join(home.path, 'cache'))
    expect(
      await storeErrorOf(() => createRun(home, { runId: 'a', about: null, redact: asItIs })),
    ).toMatchObject({ code: 'unsafe' })
    const cache = openCache(home, { redact: asItIs, now: Date.now })
    expect(await cache.put(contentKey(1), 2)).toMatchObject({ code: 'unsafe' })
    expect(systemFiles.list(elsewhere)).toEqual([])
  })

  test.each([
    ['EROFS', 'read-only', 'the file system is read-only'],
    ['EACCES', 'not-allowed', 'that is not allowed'],
    ['ENOSPC', 'disk-full', 'the disk is full'],
  ])(
    'that cannot be made for %s is a typed error, which the caller may make a warning',
    async (code, word, why) => {
      const directory = temporaryFolder()
      const { fs } = faultyFiles(({ name }) => (name === 'makeFolder' ? errno(code) : undefined))
      expect(await storeErrorOf(() => openHome(directory, { fs, processes }))).toMatchObject({
        code: word,
        message: `"${join(directory, '.llmflows')}" cannot be used: ${why}`,
      })
    },
  )
})
