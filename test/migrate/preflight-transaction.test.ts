import { describe, expect, it } from 'vitest'
import { loadMigrations } from '../../src/migrate/load-migrations.js'
import { preflight } from '../../src/migrate/preflight.js'
import { writeFiles } from '../cli/run-cli.js'
import { temporaryDirectories } from '../temporary-directory.js'

const HEADER = '-- dbfleet: transaction=false\n'

describe('preflight, of what SQLite does not do in a transaction', () => {
  const directory = temporaryDirectories()

  async function look(up: string, down = 'SELECT 1;', directions: ('up' | 'down')[] = ['up']) {
    const cwd = directory()
    writeFiles(cwd, { '20260101000000_x.up.sql': up, '20260101000000_x.down.sql': down })
    return preflight(await loadMigrations(cwd), directions)
  }

  it.each(['VACUUM', 'PRAGMA journal_mode = WAL', 'PRAGMA main.synchronous(1)'])(
    'refuses %s, and takes it with the header',
    async statement => {
      const sql = `CREATE TABLE t (x);\n${statement};\n`
      await expect(look(sql)).rejects.toMatchObject({
        code: 'migration-invalid',
        message: expect.stringMatching(
          /20260101000000_x\.up\.sql:2: (VACUUM|PRAGMA \w+) does not work in a transaction/,
        ),
        hint: expect.stringContaining('-- dbfleet: transaction=false'),
      })
      await expect(look(HEADER + sql)).resolves.toBeUndefined()
    },
  )

  it('looks at a down when that is to run', async () => {
    await expect(look('SELECT 1;', 'VACUUM;')).resolves.toBeUndefined()
    await expect(look('SELECT 1;', 'VACUUM;', ['down'])).rejects.toMatchObject({
      message: expect.stringContaining('down.sql:1: VACUUM'),
    })
  })

  it('takes PRAGMA foreign_keys, which does nothing there and need not', async () => {
    const rebuild = 'PRAGMA foreign_keys = OFF;\nDROP TABLE t;\nPRAGMA foreign_keys = ON;\n'
    await expect(look(rebuild)).resolves.toBeUndefined()
  })

  it('takes pragmas that are only read', async () => {
    await expect(look('PRAGMA journal_mode;')).resolves.toBeUndefined()
  })
})
