import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVerbose } from '../../src/reporters/verbose.ts'
import { createWitness } from '../../src/reporters/why.ts'
import { readResult } from '../../src/run/read-result.ts'
import { createResult, type RunResult } from '../../src/run/result.ts'
import { resultText } from '../../src/run/result-text.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { arbitraryRun } from '../run/arbitrary-run.ts'

function resultOf(events: readonly RunEvent[]): RunResult {
  const fold = createResult({ keepRaw: false })
  for (const event of events) fold.apply(event)
  return fold.result()
}

test('every result can be read back, at every moment of a run, and asked about every step', () => {
  fc.assert(
    fc.property(arbitraryRun, fc.double({ min: 0, max: 1, noNaN: true }), (events, share) => {
      const result = resultOf(events.slice(0, 1 + Math.floor((events.length - 1) * share)))
      const account = readResult([...resultText(result, { compact: true })].join(''))
      expect(JSON.parse(JSON.stringify(result))).toMatchObject(JSON.parse(JSON.stringify(account)))
      const witness = createWitness(account, { palette: plainPalette, columns: 80 })
      for (const id of Object.keys(result.steps)) expect(witness.why(id)).toMatch(/\.\n$/)
    }),
  )
})

test('whatever else stands in the place of a value is a clear error or harmless', () => {
  const paths = fc.constantFrom('flow', 'status', 'start_time', 'execution_time', 'critical_path', 'steps')
  fc.assert(
    fc.property(arbitraryRun, paths, fc.jsonValue(), (events, key, value) => {
      const text = JSON.stringify({ ...resultOf(events), [key]: value })
      try {
        const witness = createWitness(readResult(text), { palette: plainPalette, columns: 80 })
        for (const id of witness.known) witness.why(id)
      } catch (error) {
        expect(error).toMatchObject({ name: 'NotAResult', message: expect.stringContaining(`"${key}`) })
      }
    }),
  )
})

test('a run of ten thousand steps is summed up', () => {
  const needsOf = (step: number): string[] => (step === 0 ? [] : [`s${Math.floor(step / 3)}`])
  const steps = Array.from({ length: 10_000 }, (_, step) => {
    return { id: `s${step}`, name: `S${step}`, kind: 'value' as const, needs: needsOf(step) }
  })
  let text = ''
  const verbose = createVerbose({
    write: (piece) => void (text += piece),
    palette: plainPalette,
    columns: 80,
  })
  const time = '2026-11-22T10:00:00.000Z'
  verbose.onEvent({
    type: 'run-started',
    at: 0,
    run_id: 'r',
    flow: 'f',
    time,
    inputs: {},
    steps,
    empty_steps: [],
    outputs: {},
  })
  for (const [at, { id: step }] of steps.entries()) {
    const none = {
      prompt_inputs: {},
      prompt_template: null,
      prompt: null,
      messages: null,
      model_config: null,
    }
    verbose.onEvent({ type: 'step-started', at, step, ...none })
    verbose.onEvent({ type: 'step-succeeded', at: at + 1, step, generated: null, result: {}, note: null })
  }
  verbose.onEvent({ type: 'run-finished', at: 10_000, time, status: 'succeeded', reason: null })
  expect(text).toContain('✔ f  10.00s   10000 steps')
})
