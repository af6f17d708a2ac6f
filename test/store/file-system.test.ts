import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemFiles, type Access } from '../../src/store/file-system.ts'
import { temporaryFolder } from './folders.ts'

test.each<Access>(['new', 'new-append'])('a file opened as %s was not there before', (access) => {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, 'mine')
  expect(() => systemFiles.open(path, access)).toThrow('EEXIST')
  expect(readFileSync(path, 'utf8')).toBe('mine')
})

test.each<Access>(['new', 'new-append', 'read', 'append', 'folder'])(
  'no file is opened as %s through a link',
  (access) => {
    const folder = temporaryFolder()
    const target = join(folder, 'target')
    if (access !== 'folder') writeFileSync(target, '')
    symlinkSync(access === 'folder' ? folder : target, join(folder, 'link'))
    expect(() => systemFiles.open(join(folder, 'link'), access)).toThrow(/ELOOP|EEXIST|ENOTDIR/)
  },
)
