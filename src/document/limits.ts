/** Bounds on what a flow file may be. They stop a hostile file, not a large one. */
export interface DocumentLimits {
  /** UTF-8 bytes of the text. */
  readonly maxBytes: number
  /** Levels of lists and mappings inside each other. */
  readonly maxDepth: number
  /** Nodes reached through aliases, each use counted. */
  readonly maxAliasedNodes: number
}

export const defaultLimits: DocumentLimits = { maxBytes: 1024 * 1024, maxDepth: 64, maxAliasedNodes: 10_000 }
