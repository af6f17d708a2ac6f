import type { CompiledFlow, Json } from '../../src/index.ts'
import { seededRandom } from '../run/held-world.ts'
import { unread } from '../run/unread-flow.ts'

/** Flows whose steps take no time: values. Their edges are written, so that values stay as small as they are. */
export const shapes = { chain, fan, layered, soundtracks } as const

type Needs = readonly (readonly number[])[]

function chain(size: number): Needs {
  return Array.from({ length: size }, (_, step) => (step === 0 ? [] : [step - 1]))
}

/** One, then all others at once, then one that gathers them. */
function fan(size: number): Needs {
  const middle = Array.from({ length: size - 2 }, () => [0])
  return [[], ...middle, middle.map((_, step) => step + 1)]
}

/** Layers as wide as there are layers; each step needs three of the layer before. */
function layered(size: number): Needs {
  return inLayers(size, Math.round(Math.sqrt(size)))
}

export function inLayers(size: number, width: number): Needs {
  const random = seededRandom(1)
  return Array.from({ length: size }, (_, step) => {
    const above = (Math.floor(step / width) - 1) * width
    if (above < 0) return []
    return [...new Set([0, 0, 0].map(() => above + Math.floor(random() * width)))]
  })
}

/** Title, song and characters, lyrics, five critics; again and again. */
function soundtracks(size: number): Needs {
  const one: Needs = [[], [0], [0], [1, 2], [3], [3], [3], [3], [3]]
  return Array.from({ length: size }, (_, step) => {
    const start = step - (step % 9)
    return (one[step % 9] ?? []).map((need) => start + need)
  })
}

export function flowOf(
  needs: Needs,
  step: (position: number) => Json,
  more: Readonly<Record<string, Json>> = {},
): CompiledFlow {
  const connections: Record<string, string[]> = {}
  for (const [to, froms] of needs.entries())
    for (const from of froms) (connections[`s${from}`] ??= []).push(`s${to}`)
  const steps = Object.fromEntries(needs.map((_, position) => [`s${position}`, step(position)]))
  const edges = Object.keys(connections).length === 0 ? {} : { connections }
  return unread({ llmflows: 1, name: 'bench', ...more, steps, ...edges })
}
