/** The sign that stands for what happened to a step or a run. */
export const marks = {
  started: '▶',
  succeeded: '✔',
  failed: '✖',
  partial: '✔',
  over_budget: '✖',
  skipped: '⇢',
  blocked: '↷',
  cancelled: '⊘',
  retry: '↻',
  tool: '↳',
} as const
