import { basename, dirname, join } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Flow } from '../flow/flow.ts'
import type { FoundFlow, InnerFlows } from '../flow/inner-flows.ts'
import type { FlowFolder } from '../source/flow-folder.ts'
import type { SourceFile } from '../source/source-file.ts'
import { flowsIn } from './flows-in.ts'
import type { Compilation, CompiledFlow } from './compile.ts'
import { outputsType } from './outputs-type.ts'

/** Flows inside each other, the outermost included. */
const DEEPEST = 16

/** Compiles a flow that another one names. */
export type CompileInner = (file: SourceFile, folder: FlowFolder) => Compilation

interface Known {
  readonly found: FoundFlow
  /** How many flows are inside each other in it, itself included. */
  readonly depth: number
}

/** A file that is being compiled. */
interface Open {
  readonly path: string
  readonly shown: string
  /** Whether a flow inside it cannot run, so that it cannot either. */
  isBroken: boolean
}

/**
 * The flows inside a flow. Knows which file has been compiled to what, and which files are being compiled inside each
 * other; each is compiled once, however many steps run it, so that checking takes time in proportion to the files.
 */
export class NestedFlows {
  /** What was found in the files of flows inside; every mistake once. */
  readonly diagnostics: Diagnostic[] = []
  readonly #compile: CompileInner
  readonly #known = new Map<string, Known>()
  readonly #compiled = new Map<Flow, CompiledFlow>()
  readonly #depths = new Map<Flow, number>()
  /** Files that are being compiled, each inside the one before. */
  readonly #way: Open[] = []

  /** `folder` is that of the outermost flow. */
  constructor(folder: FlowFolder | undefined, compile: CompileInner) {
    this.#compile = compile
    const shown = folder?.flowPath ?? ''
    const file = folder?.locate(basename(shown))
    if (file?.ok === true) this.#way.push({ path: file.path, shown, isBroken: false })
  }

  /** As a flow sees it whose files are in this folder. */
  of(folder: FlowFolder): InnerFlows {
    return {
      find: (path) => {
        const found = this.#find(folder, path)
        const around = this.#way.at(-1)
        if (around !== undefined && found.kind !== 'found') around.isBroken = true
        return found
      },
    }
  }

  /** The flows that the steps of a flow run. */
  inside(flow: Flow): ReadonlyMap<Flow, CompiledFlow> {
    const inner = new Map<Flow, CompiledFlow>()
    for (const one of flow.steps.flatMap(flowsIn)) {
      const compiled = this.#compiled.get(one)
      if (compiled !== undefined) inner.set(compiled.flow, compiled)
    }
    return inner
  }

  #find(folder: FlowFolder, path: string): FoundFlow {
    const located = folder.locate(path)
    if (!located.ok) return { kind: 'refused', problem: located.problem, help: located.help }
    const last = join(dirname(folder.flowPath), path)
    const way = [...this.#way.map(({ shown }) => shown), last].map((shown) => `"${shown}"`).join(' → ')
    if (this.#way.some((open) => open.path === located.path)) {
      return {
        kind: 'refused',
        problem: `would run inside itself: ${way}`,
        help: 'a flow that runs again and again has "repeat" on the step that runs it',
      }
    }
    const known = this.#known.get(located.path) ?? this.#read(folder, path, located.path)
    return known.depth + this.#way.length > DEEPEST ? tooDeep(way) : known.found
  }

  #read(folder: FlowFolder, path: string, real: string): Known {
    // A chain of files that is longer than that would also be a deep stack.
    if (this.#way.length >= DEEPEST) return { found: { kind: 'broken' }, depth: DEEPEST }
    const read = folder.read(path)
    if (!read.ok) return { found: { kind: 'refused', problem: read.problem, help: read.help }, depth: 1 }
    const { file } = read
    const open: Open = { path: real, shown: file.path, isBroken: false }
    this.#way.push(open)
    const { compiled, diagnostics } = this.#compile(file, folder.folderOf(file.path))
    this.#way.pop()
    this.diagnostics.push(...diagnostics)
    const known = compiled === undefined || open.isBroken ? broken : this.#keep(compiled)
    this.#known.set(real, known)
    return known
  }

  #keep(compiled: CompiledFlow): Known {
    const { flow, inner } = compiled
    const depth = 1 + Math.max(0, ...[...inner.keys()].map((one) => this.#depths.get(one) ?? 1))
    this.#depths.set(flow, depth)
    this.#compiled.set(flow, compiled)
    return { found: { kind: 'found', flow, outputs: outputsType(flow) }, depth }
  }
}

const broken: Known = { found: { kind: 'broken' }, depth: 1 }

function tooDeep(way: string): FoundFlow {
  const shown = way.length > 300 ? `${way.slice(0, 300)}…` : way
  return {
    kind: 'refused',
    problem: `is a flow too many inside each other: there may be ${DEEPEST}, ${shown}`,
  }
}
