import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './summary-reporter.ts'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/long/**/*.test.ts'],
    globalSetup: ['test/e2e/build.ts'],
    setupFiles: ['.config/seed.ts'],
    fileParallelism: false,
    reporters: ['default', new SummaryReporter()],
  },
})
