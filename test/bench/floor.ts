import type { Graph } from '../../src/index.ts'

/** The least that a scheduler can do: count down, start, wait. No limits, no failures, no events, no records. */
export function countdown<T>(graph: Graph, start: (node: number) => Promise<T>): Promise<readonly T[]> {
  return new Promise((resolve, reject) => {
    const left = Int32Array.from(graph.needs, (needs) => needs.length)
    const values: T[] = []
    let open = graph.size
    const launch = (node: number): void => {
      start(node).then((value) => {
        values[node] = value
        if (--open === 0) resolve(values)
        for (const dependent of graph.dependents[node] ?? []) {
          const remaining = (left[dependent] ?? 0) - 1
          left[dependent] = remaining
          if (remaining === 0) launch(dependent)
        }
      }, reject)
    }
    for (let node = 0; node < graph.size; node++) if (graph.needs[node]?.length === 0) launch(node)
  })
}

/** What one writes by hand: each step is a promise that awaits those of its needs. */
export async function memoised<T>(graph: Graph, start: (node: number) => Promise<T>): Promise<readonly T[]> {
  const promises: Promise<T>[] = []
  for (let node = 0; node < graph.size; node++) {
    const needs = (graph.needs[node] ?? []).flatMap((need) => promises[need] ?? [])
    promises.push(Promise.all(needs).then(() => start(node)))
  }
  return Promise.all(promises)
}
