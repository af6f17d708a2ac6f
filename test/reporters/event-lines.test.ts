import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventLines } from '../../src/reporters/event-lines.ts'
import { arbitraryRun } from '../run/arbitrary-run.ts'

test('events are written one to a line, and can be read back as they were', () => {
  fc.assert(
    fc.property(arbitraryRun, (events) => {
      const lines: string[] = []
      const reporter = createEventLines((line) => lines.push(line))
      for (const event of events) reporter.onEvent(event)
      expect(lines.map((line) => JSON.parse(line))).toEqual(events)
      for (const line of lines) expect(line).toMatch(/^[^\n\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]+\n$/)
    }),
  )
})
