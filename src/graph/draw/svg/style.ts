/** Colours by role; a viewer that prefers dark gets the second set. */
const light = {
  paper: '#ffffff',
  text: '#1f2328',
  muted: '#59636e',
  card: '#f6f8fa',
  border: '#c8d1da',
  edge: '#8b95a1',
  critical: '#4f46e5',
  criticalCard: '#eef0ff',
  succeeded: '#1a7f37',
  failed: '#cf222e',
  skipped: '#6e7781',
  partial: '#b45309',
  blocked: '#b45309',
  cancelled: '#6e7781',
}

const dark: typeof light = {
  paper: '#0d1117',
  text: '#e6edf3',
  muted: '#9198a1',
  card: '#161b22',
  border: '#3d444d',
  edge: '#6e7681',
  critical: '#a5b4fc',
  criticalCard: '#1c2040',
  succeeded: '#3fb950',
  failed: '#f85149',
  skipped: '#8b949e',
  partial: '#e3a03a',
  blocked: '#e3a03a',
  cancelled: '#8b949e',
}

/** The rules of a drawing: all of them hold inside of it only, so that it may stand in a page. */
export const style = [
  '.llmflows text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}',
  '.llmflows .h{font-size:18px;font-weight:600}',
  '.llmflows .s{font-size:12px}',
  '.llmflows .n{font-size:13px;font-weight:600}',
  '.llmflows .d,.llmflows .t{font-size:11px}',
  '.llmflows .t,.llmflows .x{text-anchor:end;font-variant-numeric:tabular-nums}',
  '.llmflows .x{font-size:12px;font-weight:600}',
  '.llmflows path{fill:none;stroke-width:1.5}',
  '.llmflows path.order{stroke-dasharray:5 4}',
  '.llmflows path.critical{stroke-width:2.5}',
  '.llmflows path.mark{stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}',
  '.llmflows rect.critical{stroke-width:2}',
  '.llmflows .track{opacity:.45}',
  ...colours(light),
  `@media (prefers-color-scheme:dark){${colours(dark).join('')}}`,
].join('\n')

function colours(of: typeof light): readonly string[] {
  const statuses = (['succeeded', 'failed', 'partial', 'skipped', 'blocked', 'cancelled'] as const).flatMap(
    (status) => [
      `.llmflows circle.${status},.llmflows rect.${status}{fill:${of[status]}}`,
      `.llmflows text.${status}{fill:${of[status]}}`,
    ],
  )
  return [
    `.llmflows .paper{fill:${of.paper}}`,
    `.llmflows text{fill:${of.text}}`,
    `.llmflows .s,.llmflows .d,.llmflows .t,.llmflows .x{fill:${of.muted}}`,
    `.llmflows .box{fill:${of.card};stroke:${of.border}}`,
    `.llmflows .track{fill:${of.border}}`,
    `.llmflows path{stroke:${of.edge}}`,
    `.llmflows path.head{fill:${of.edge};stroke:none}`,
    `.llmflows .box.critical{fill:${of.criticalCard};stroke:${of.critical}}`,
    `.llmflows path.critical{stroke:${of.critical}}`,
    `.llmflows path.head.critical{fill:${of.critical};stroke:none}`,
    `.llmflows path.mark{stroke:${of.paper}}`,
    ...statuses,
  ]
}
