import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readDocument } from '../../document/document.ts'
import { sourceOf } from '../../document/flow-file.ts'
import type { Node } from '../../document/node.ts'
import type { Flow } from '../../flow/flow.ts'
import { checkSource } from '../../graph/load.ts'
import { FlowFolder } from '../../source/flow-folder.ts'

/** A larger flow would keep the person waiting who pressed Tab. */
const MAX_BYTES = 64 * 1024

/** The flow that the command line names. Each part is undefined where the file does not let it be known. */
export interface FlowAtHand {
  readonly path: string
  /** As it is written, also when it is not valid. */
  readonly document: Node | undefined
  readonly flow: Flow | undefined
}

/** Reads it from a file, or a folder with a flow.yaml; from nothing else, since a pipe would never end. */
export function flowAt(path: string): FlowAtHand | undefined {
  const file = statSync(path).isDirectory() ? join(path, 'flow.yaml') : path
  const facts = statSync(file)
  if (!facts.isFile() || facts.size > MAX_BYTES) return undefined
  const source = sourceOf(path, readFileSync(file), new FlowFolder(file))
  if (!source.ok) return undefined
  return { path, document: readDocument(source.file).root, flow: checkSource(source).compiled?.flow }
}
