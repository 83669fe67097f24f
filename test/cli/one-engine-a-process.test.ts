import { describe, expect, it } from 'vitest'
import { libsqlFile, RANDOM_ROWID_TABLE, VECTOR_TABLE } from './libsql-files.js'
import { SLOW_MIGRATION, watchProcesses } from './processes.js'
import { projects } from './projects.js'
import { startCli } from './run-cli.js'

describe('databases that only libSQL can change', () => {
  const project = projects()

  it.runIf(process.platform === 'linux')(
    'are opened by it in processes where better-sqlite3 is not, and others stay on the fast path',
    async () => {
      const cwd = project({
        'migrations/20260103000000_slow.up.sql': SLOW_MIGRATION,
        'databases/fast1.db': '',
        'databases/fast2.db': '',
      })
      libsqlFile(cwd, 'databases/vectors.db', VECTOR_TABLE)
      libsqlFile(cwd, 'databases/random.db', RANDOM_ROWID_TABLE)
      const { child, finished } = startCli(['up', '--all'], { cwd })
      const seen = await watchProcesses(child.pid as number, finished)
      expect((await finished).status).toBe(0)

      const pairs = seen.flatMap(({ pid, engines, files }) =>
        files
          .filter(file => file.endsWith('.db'))
          .map(file => ({ pid, engines, name: file.replace(/^.*\//, '') })),
      )
      const enginesAt = (name: string) =>
        new Set(pairs.filter(pair => pair.name === name).flatMap(({ engines }) => engines))
      expect(enginesAt('fast1.db')).toEqual(new Set(['better-sqlite3']))
      expect(enginesAt('fast2.db')).toEqual(new Set(['better-sqlite3']))
      expect(enginesAt('vectors.db')).toContain('libsql')
      expect(enginesAt('random.db')).toContain('libsql')
      expect(seen.filter(({ engines }) => engines.length > 1)).toEqual([])
    },
  )
})
