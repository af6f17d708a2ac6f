import { UsageError } from './usage-error.ts'

const units = { KB: 1e3, MB: 1e6, GB: 1e9 } as const

/** `1.5 MB` from bytes. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  const [name, size] =
    bytes < 1e6 ? (['KB', 1e3] as const) : bytes < 1e9 ? (['MB', 1e6] as const) : (['GB', 1e9] as const)
  return `${(bytes / size).toFixed(1)} ${name}`
}

/** Bytes from a text such as `100MB`. Throws `UsageError`. */
export function readSize(option: string, text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(KB|MB|GB)$/i.exec(text)
  const unit = match?.[2]?.toUpperCase()
  if (match === null || (unit !== 'KB' && unit !== 'MB' && unit !== 'GB'))
    throw new UsageError(
      `option "${option}" must be a size, not "${text}"`,
      'write it like 500KB, 100MB or 2GB',
    )
  return Number(match[1]) * units[unit]
}
