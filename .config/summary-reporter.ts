import type { Reporter, TestCase } from 'vitest/node'

/** Ends a test run with one plain line that any script can read: `N passed, N failed`. */
export class SummaryReporter implements Reporter {
  #passed = 0
  #failed = 0
  #skipped = 0

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result()
    if (state === 'passed') this.#passed++
    else if (state === 'failed') this.#failed++
    else this.#skipped++
  }

  onTestRunEnd(modules: readonly { errors(): readonly unknown[] }[], unhandled: readonly unknown[]): void {
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandled.length
    const skipped = this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`
    process.on('exit', () =>
      process.stdout.write(`\n${this.#passed} passed, ${this.#failed + broken} failed${skipped}\n`),
    )
  }
}
