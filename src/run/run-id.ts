import type { World } from '../llms/world.ts'
import { systemWorld } from './system-world.ts'

/** Sorts by time, and differs between runs that start in the same millisecond. */
export function newRunId({ clock, random }: Pick<World, 'clock' | 'random'> = systemWorld({})): string {
  const date = clock.date()
  const stamp = date.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')
  const milliseconds = date.getUTCMilliseconds().toString(36).padStart(2, '0')
  const suffix = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0')
  return `${stamp}-${milliseconds}${suffix}`
}
