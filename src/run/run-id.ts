import type { World } from '../llms/world.ts'
import { systemWorld } from './system-world.ts'

/** Sorts by time, and differs between runs that start in the same second. */
export function newRunId({ clock, random }: Pick<World, 'clock' | 'random'> = systemWorld({})): string {
  const stamp = clock.date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')
  const suffix = Math.floor(random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0')
  return `${stamp}-${suffix}`
}
