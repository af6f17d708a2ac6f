import type { Palette } from '../source/palette.ts'
import { visible, visibleLine } from '../source/visible.ts'
import { elide } from '../source/width.ts'
import { centsText, countText, dollarsText, tokensText } from './amounts.ts'
import { tableLines } from './plan-table.ts'
import type { Plan, PlannedLlm, PlannedPrompt, PlannedStep } from './plan.ts'
import type { Range } from './range.ts'

interface Look {
  readonly palette: Palette
  readonly columns: number
}

/** The plan for people: the steps with what they use, the prompts, and what it all comes to. Ends with a line break. */
export function planText(plan: Plan, look: Look): string {
  const { bold } = look.palette
  const prompts = plan.steps.flatMap((step) => promptLines(step, look))
  const lines = [
    ...wrapped(`${plan.flow}: ${sizeText(plan)}`, look.columns).map((line) =>
      line.replace(/^\S+(?=:)/, (name) => bold(name)),
    ),
    '',
    ...tableLines(plan, look),
    ...(prompts.length === 0 ? [] : ['', bold('prompts'), ...prompts]),
    '',
    ...totalLines(plan, look),
  ]
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

function sizeText({ steps, stages, critical_path, totals }: Plan): string {
  const widths = stages.map(() => 0)
  for (const { stage, items } of steps) widths[stage - 1] = (widths[stage - 1] ?? 0) + (items ?? 1)
  const widest = widths.reduce((most, width) => Math.max(most, width), 0)
  const most = totals.most_calls > totals.calls ? ` (at most ${totals.most_calls})` : ''
  const size = `${countText(steps.length, 'step')}, ${countText(totals.calls, 'call')}${most}`
  return `${size}, ${countText(stages.length, 'stage')}, widest stage ${widest}, critical path ${critical_path.length}`
}

const mostLines = 6
const mostItems = 3

/** The prompts of a step, each wrapped; of many items the first few, of a long one its beginning. */
function promptLines(step: PlannedStep, { palette, columns }: Look): readonly string[] {
  const { id, llm, items, prompts } = step
  if (llm === null) return []
  const first = new Map<string, number>()
  for (const [index, prompt] of prompts.entries()) {
    const text = bodyOf(prompt, columns - (prompts.length > 1 ? 8 : 4))
    if (!first.has(text)) first.set(text, index)
  }
  const isOne = first.size === 1
  const alike = isOne && prompts.length > 1 ? `, ${prompts.length} alike` : ''
  const lines = [`  ${visibleLine(id)}  ${stateOf(step, palette)}${palette.dim(alike)}`]
  for (const [text, index] of [...first].slice(0, mostItems)) {
    const label = isOne ? '' : `[${index}] `
    for (const [row, line] of text.split('\n').entries())
      lines.push(`    ${row === 0 ? label : ' '.repeat(label.length)}${line}`)
  }
  const hidden = first.size - mostItems
  if (hidden > 0 && items !== null)
    lines.push(palette.dim(`    … and ${countText(hidden, 'more prompt')} (--format json has all)`))
  return lines
}

function stateOf({ items, prompts }: PlannedStep, palette: Palette): string {
  if (items === null && prompts.length > 0)
    return palette.dim('runs for each item of a list that is not known yet')
  if (items === null) return palette.dim('runs for each item of an input that is not given')
  if (items === 0) return palette.dim('runs for no item')
  const waitsFor = [...new Set(prompts.flatMap(({ waits_for }) => waits_for))]
  return waitsFor.length === 0
    ? palette.success('known')
    : palette.dim(`waits for ${waitsFor.map(visibleLine).join(', ')}`)
}

function bodyOf({ messages }: PlannedPrompt, columns: number): string {
  const lines = messages.flatMap(({ role, content }, index) => {
    const isPrompt = index === messages.length - 1
    return wrapped(isPrompt ? content : `${role}: ${content}`, columns)
  })
  const hidden = lines.length - mostLines
  if (hidden <= 1) return lines.join('\n')
  return [...lines.slice(0, mostLines), `… ${countText(hidden, 'more line')}`].join('\n')
}

function wrapped(text: string, columns: number): readonly string[] {
  return visible(text)
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const lines: string[] = []
      let current = ''
      for (const word of line.split(' ')) {
        const next = current === '' ? word : `${current} ${word}`
        if (next.length > columns && current !== '') {
          lines.push(current)
          current = word
        } else current = next
      }
      return [...lines, current].map((one) => elide(one, columns))
    })
}

const indent = ' '.repeat('tokens out  '.length)
const longestLine = 120

/** What it all comes to, and what these numbers are worth. */
function totalLines(plan: Plan, { palette, columns }: Look): readonly string[] {
  const { input_tokens, output_tokens } = plan.totals
  const below = (text: string): readonly string[] =>
    wrapped(text, Math.min(columns, longestLine) - indent.length).map((line) => indent + line)
  const prices = new Set(plan.steps.flatMap(({ llm }) => (llm === null ? [] : priceText(llm))))
  return [
    `${palette.bold('tokens in')}   ${rangeText(input_tokens, tokensText)}`,
    `${palette.bold('tokens out')}  ${rangeText(output_tokens, tokensText)}`,
    `${palette.bold('cost')}        ${costText(plan.totals)}`,
    ...[...prices].flatMap(below),
    ...gaps(plan)
      .flatMap(below)
      .map((line) => palette.warning(line)),
    ...notes(plan)
      .flatMap(below)
      .map((line) => palette.dim(line)),
  ]
}

function costText({ cost, unpriced_models }: Plan['totals']): string {
  if (cost === null) return 'not known'
  return `${rangeText(cost, dollarsText)}${unpriced_models.length === 0 ? '' : ', and what is not known'}`
}

/** Why the sum is not the whole sum. */
function gaps({ totals: { unpriced_models }, missing_inputs, unmeasured }: Plan): readonly string[] {
  const lines: string[] = []
  if (unpriced_models.length > 0) {
    const names = unpriced_models.map(visibleLine).join(', ')
    lines.push(
      `No price is known of ${names}: give one as "price:" of the llm, or in a file that LLMFLOWS_PRICES names.`,
    )
  }
  if (unmeasured.length > 0)
    lines.push(
      `Not counted, since nothing is known of its length: ${unmeasured.map(visibleLine).join('; ')}.`,
    )
  if (missing_inputs.length > 0) {
    const names = missing_inputs.map(visibleLine).join(', ')
    lines.push(`Not counted, since not given: ${names}.`)
  }
  return lines
}

function notes({ encoding }: Plan): readonly string[] {
  return [
    `Counted with ${encoding}; other models than OpenAI's count differently.`,
    'Least: no answer has a word. Likely: each is half as long as max_tokens allows. Most: as long as it allows. Calls made again after a failure are not in it.',
  ]
}

function priceText({ provider, model, price }: PlannedLlm): readonly string[] {
  if (price === null) return []
  const name = visibleLine(`${provider}/${model}`)
  if (price.source === 'local') return [`${name}: costs nothing`]
  const source = price.source === 'table' ? `list price of ${price.checked ?? ''}` : 'as configured'
  return [`${name}: ${centsText(price.input)} in, ${centsText(price.output)} out a million tokens, ${source}`]
}

function rangeText({ lower, expected, upper }: Range, text: (value: number) => string): string {
  return lower === upper ? text(lower) : `${text(lower)} to ${text(upper)}, likely ${text(expected)}`
}
