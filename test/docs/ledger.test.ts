import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { runCli, TWO_MIGRATIONS, writeFiles } from '../cli/run-cli.js'
import { temporaryDirectories } from '../temporary-directory.js'

const page = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8')

describe('docs/ledger.md', () => {
  const directory = temporaryDirectories()

  async function migrated(): Promise<string> {
    const cwd = directory()
    writeFiles(cwd, { ...TWO_MIGRATIONS, 'databases/app.db': '' })
    expect((await runCli(['up'], { cwd })).status).toBe(0)
    return join(cwd, 'databases/app.db')
  }

  it('shows the table as it is made, and names its columns in order', async () => {
    const db = new Database(await migrated(), { readonly: true })
    const sql = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'dbfleet_migrations'")
    const shown = page.split('```sql\n')[1]?.split('\n```')[0]
    expect(sql.pluck().get()).toBe(shown?.replace('IF NOT EXISTS ', ''))
    const columns = db.pragma('table_info(dbfleet_migrations)') as { name: string }[]
    const documented = [...page.matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name)
    expect(documented.slice(0, 5)).toEqual(columns.map(({ name }) => name))
    db.close()
  })

  it('describes what is in it', async () => {
    const db = new Database(await migrated(), { readonly: true })
    const rows = db.prepare('SELECT * FROM dbfleet_migrations ORDER BY name').all()
    db.close()
    expect(rows).toEqual(
      ['20260101000000_create_a', '20260102000000_create_b'].map(name => ({
        name,
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        applied_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        duration_ms: expect.any(Number),
        dbfleet_version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      })),
    )
  })

  it('may have more columns in a later version, and this one can still write to it', async () => {
    const file = await migrated()
    const db = new Database(file)
    db.exec('ALTER TABLE dbfleet_migrations ADD COLUMN note TEXT')
    db.close()
    const { status, stdout } = await runCli(['redo', '--url', file], { cwd: join(file, '../..') })
    expect([status, stdout]).toEqual([0, 'app: reverted and re-applied 20260102000000_create_b\n'])
  })
})
