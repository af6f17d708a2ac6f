import { systemFiles, type FileSystem } from '../../src/store/file-system.ts'

/** What the call before which it is asked does instead of its work; undefined to let it do that. */
export type Fault = (call: {
  readonly name: keyof FileSystem
  readonly number: number
}) => Error | 'short' | undefined

export interface FaultyFiles {
  readonly fs: FileSystem
  /** The calls made so far, by name. */
  readonly calls: readonly (keyof FileSystem)[]
}

/** The real file system, in which any call can fail. A short write writes half of the bytes. */
export function faultyFiles(fault: Fault): FaultyFiles {
  const calls: (keyof FileSystem)[] = []
  const next = (name: keyof FileSystem): 'short' | undefined => {
    const outcome = fault({ name, number: calls.length })
    calls.push(name)
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  const fs: FileSystem = {
    open: (...all) => (next('open'), systemFiles.open(...all)),
    read: (...all) => (next('read'), systemFiles.read(...all)),
    write(file, bytes) {
      const isShort = next('write') === 'short' && bytes.length > 1
      return systemFiles.write(file, isShort ? bytes.subarray(0, bytes.length / 2) : bytes)
    },
    cut: (...all) => (next('cut'), systemFiles.cut(...all)),
    facts: (...all) => (next('facts'), systemFiles.facts(...all)),
    setTime: (...all) => (next('setTime'), systemFiles.setTime(...all)),
    sync: async (...all) => (next('sync'), systemFiles.sync(...all)),
    syncData: async (...all) => (next('syncData'), systemFiles.syncData(...all)),
    close: (file) => {
      try {
        next('close')
      } catch (error) {
        // The descriptor is gone all the same, as it is on Linux.
        systemFiles.close(file)
        throw error
      }
      systemFiles.close(file)
    },
    factsAt: (...all) => (next('factsAt'), systemFiles.factsAt(...all)),
    list: (...all) => (next('list'), systemFiles.list(...all)),
    makeFolder: (...all) => (next('makeFolder'), systemFiles.makeFolder(...all)),
    setMode: (...all) => (next('setMode'), systemFiles.setMode(...all)),
    rename: (...all) => (next('rename'), systemFiles.rename(...all)),
    link: (...all) => (next('link'), systemFiles.link(...all)),
    remove: (...all) => (next('remove'), systemFiles.remove(...all)),
    removeTree: (...all) => (next('removeTree'), systemFiles.removeTree(...all)),
  }
  return { fs, calls }
}

/** An error as the operating system gives it. */
export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code })
}
