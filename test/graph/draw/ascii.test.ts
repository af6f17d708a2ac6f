import { expect, test } from 'vitest'
import { drawAscii, type AsciiOptions } from '../../../src/graph/draw/ascii.ts'
import { plainPalette } from '../../../src/source/palette.ts'
import { width } from '../../../src/source/width.ts'
import { compile } from '../../document/checked.ts'
import { reportFlow } from './report-flow.ts'

const plain: AsciiOptions = { columns: 80, palette: plainPalette, happened: undefined }

test('thirty steps are a list that people can read in 80 columns', async () => {
  await expect(drawAscii(reportFlow(), plain)).toMatchFileSnapshot('report-80.txt')
})

test('in 160 columns every step has one line', async () => {
  const drawing = drawAscii(reportFlow(), { ...plain, columns: 160 })
  await expect(drawing).toMatchFileSnapshot('report-160.txt')
  expect(drawing.split('\n').filter((line) => /[●○] /.test(line))).toHaveLength(31)
})

const tags = { open: '\u0001', close: '\u0002' }
const tagged = Object.fromEntries(
  Object.keys(plainPalette).map((name) => [
    name,
    (text: string) => `${tags.open}${name}:${text}${tags.close}`,
  ]),
) as unknown as typeof plainPalette

test('on a terminal the critical path stands out, and the columns stay', () => {
  const coloured = drawAscii(reportFlow(), { ...plain, palette: tagged })
  expect(coloured.replaceAll(/\u0001[a-z]+:|\u0002/g, '')).toBe(drawAscii(reportFlow(), plain))
  const lineOf = (id: string): string => coloured.split('\n').find((line) => line.includes(id))!
  expect(lineOf('brief')).toContain('\u0001bold:\u0001note:brief\u0002\u0002')
  expect(lineOf('rivals')).not.toContain('bold:')
})

test('a run has marks and times, and its own critical path', () => {
  const { compiled } = compile(`llmflows: 1
name: song
steps:
  title: { prompt: "{topic}" }
  lyrics: { prompt: "{title}" }
  critic: { for_each: 5, prompt: "{lyrics} {index}" }
  card: { value: 1 }
`)!
  const ran = { status: 'succeeded', items: 1, itemsSucceeded: 1 } as const
  const drawing = drawAscii(compiled!, {
    ...plain,
    happened: {
      status: 'failed',
      seconds: 12.5,
      path: [0, 1],
      steps: [
        { ...ran, startSeconds: 0, seconds: 10 },
        { ...ran, status: 'failed', startSeconds: 10, seconds: 2.5, itemsSucceeded: 0 },
        {
          ...ran,
          status: 'blocked',
          startSeconds: undefined,
          seconds: undefined,
          items: 5,
          itemsSucceeded: 0,
        },
        { ...ran, startSeconds: 0, seconds: 0 },
      ],
    },
  })
  expect(drawing).toBe(`song: failed after 12.50s; 4 steps (8 with items), 2 edges, critical path 3

 1 ● ✔ title      10.00s
   ○ ✔ card        0.00s
   │
 2 ● ✖ lyrics      2.50s   ← title
   │
 3 ○ ↷ critic ×5           ← lyrics

 ● on the critical path   ← uses the output of
`)
})

test.each([40, 60, 80, 160])('no line is wider than %i columns, whatever the steps are called', (columns) => {
  const steps = Array.from({ length: 30 }, (_, step) => {
    const needs = Array.from({ length: Math.min(step, 9) }, (__, back) => `{k${step - 1 - back}}`).join(' ')
    return `  step_with_a_name_that_is_much_too_long_for_a_drawing_${step}: { prompt: "x ${needs}", output_key: k${step}, for_each: 12 }`
  })
  const { compiled } = compile(`llmflows: 1\nname: wide\nsteps:\n${steps.join('\n')}\n`)!
  const lines = drawAscii(compiled!, { ...plain, columns })
    .split('\n')
    .slice(1, -2)
  for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns)
})
