import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Native engines keep process-wide state: processes, not threads.
    pool: 'forks',
    // Most tests wait for processes that they start; with one worker a core idles.
    maxWorkers: Math.max(2, availableParallelism()),
    // A developer's own settings must not change what the tests see.
    env: {
      NO_COLOR: '',
      FORCE_COLOR: '',
      DATABASE_URL: '',
      DATABASE_TOKEN: '',
      DBFLEET_ENGINE: '',
    },
  },
})
