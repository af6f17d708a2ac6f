/** Shown before the help of a command; `run` and `plan` have theirs with them. */
export const examples: ReadonlyMap<string, string> = new Map([
  [
    'validate',
    `  llmflows validate flow.yaml flows/*.yaml
  llmflows validate flow.yaml --format json
`,
  ],
  [
    'index',
    `  llmflows index docs README.md --store flow.yaml#wiki
  llmflows index docs --store flow.yaml#wiki --prune
`,
  ],
  [
    'graph',
    `  llmflows graph flow.yaml
  llmflows graph flow.yaml --format mermaid > graph.mmd
`,
  ],
  [
    'why',
    `  llmflows run flow.yaml -o result.json
  llmflows why lyrics_step result.json
`,
  ],
  [
    'runs',
    `  llmflows runs                           the latest runs
  llmflows runs prune --older-than 30d
`,
  ],
  [
    'diff',
    `  llmflows diff 2026-11-22-203435-8g70p8 2026-11-22-204102-k3v9zq
`,
  ],
  [
    'cache',
    `  llmflows cache stats
  llmflows cache prune --larger-than 100MB
`,
  ],
  [
    'explain',
    `  llmflows explain unknown-variable
  llmflows explain                        all codes
`,
  ],
  [
    'init',
    `  llmflows init                           writes flow.yaml
  llmflows init song                      writes song.yaml
`,
  ],
  [
    'schema',
    `  llmflows schema                         of the flow file
  llmflows schema result
`,
  ],
  [
    'completion',
    `  source <(llmflows completion bash)
  llmflows completion fish > ~/.config/fish/completions/llmflows.fish
`,
  ],
])
