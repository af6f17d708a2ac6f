/** Colours of steps for drawings in languages that others render, readable on light and dark pages. */
export const statusColours = {
  succeeded: { fill: '#dafbe1', line: '#1a7f37', text: '#1f2328' },
  failed: { fill: '#ffebe9', line: '#cf222e', text: '#1f2328' },
  blocked: { fill: '#fff8c5', line: '#b45309', text: '#1f2328' },
  partial: { fill: '#fff8c5', line: '#b45309', text: '#1f2328' },
  skipped: { fill: '#eaeef2', line: '#6e7781', text: '#1f2328' },
  cancelled: { fill: '#eaeef2', line: '#6e7781', text: '#1f2328' },
} as const
