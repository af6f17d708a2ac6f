import { defineConfig } from 'vitest/config'

/** The large counts, of minutes: `npm run test:long`. They print what they have counted. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/long/**/*.test.ts'],
    setupFiles: ['.config/seed.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
})
