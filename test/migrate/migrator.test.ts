import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.js'
import { openDatabase } from '../../src/database/open-database.js'
import { readLedger } from '../../src/migrate/ledger.js'
import { loadMigrations } from '../../src/migrate/load-migrations.js'
import { Migrator } from '../../src/migrate/migrator.js'
import { TWO_MIGRATIONS, writeFiles } from '../cli/run-cli.js'
import { temporaryDirectories } from '../temporary-directory.js'

const A = '20260101000000_create_a'
const B = '20260102000000_create_b'

describe('a migrator whose database another run changes meanwhile', () => {
  const directory = temporaryDirectories()

  async function prepare(): Promise<{ db: Database; migrator: Migrator }> {
    const root = directory()
    writeFiles(root, TWO_MIGRATIONS)
    const migrations = await loadMigrations(join(root, 'migrations'))
    const target = { name: 'it', path: join(root, 'it.db') }
    const db = await openDatabase(target, { mode: 'create', busyTimeoutMs: 100 })
    return { db, migrator: new Migrator(migrations, '0.0.0') }
  }
  const names = async (db: Database) => (await readLedger(db)).map(({ name }) => name)

  it('applies only what is not applied by then', async () => {
    const { db, migrator } = await prepare()
    await using _ = db
    await migrator.up(db, [A], { mode: 'all' })
    expect(await migrator.up(db, [A, B], { mode: 'all' })).toEqual([B])
    expect(await names(db)).toEqual([A, B])
  })

  it('reverts nothing that is not the newest by then', async () => {
    const { db, migrator } = await prepare()
    await using _ = db
    await migrator.up(db, [A, B], { mode: 'all' })
    const changed = { code: 'changed-meanwhile', message: expect.stringContaining(B) }
    await expect(migrator.down(db, [A], { mode: 'all' })).rejects.toMatchObject(changed)
    await expect(migrator.redo(db, A)).rejects.toMatchObject(changed)
    expect(await names(db)).toEqual([A, B])
  })

  it('reverts nothing that was reverted by then', async () => {
    const { db, migrator } = await prepare()
    await using _ = db
    await migrator.up(db, [A, B], { mode: 'all' })
    await migrator.down(db, [B], { mode: 'all' })
    await expect(migrator.down(db, [B], { mode: 'all' })).rejects.toMatchObject({
      code: 'changed-meanwhile',
    })
    expect(await names(db)).toEqual([A])
  })

  it('reverts several, newest first, in one transaction or one by one', async () => {
    for (const mode of ['all', 'each'] as const) {
      const { db, migrator } = await prepare()
      await using _ = db
      await migrator.up(db, [A, B], { mode })
      expect(await migrator.down(db, [B, A], { mode })).toEqual([B, A])
      expect(await names(db)).toEqual([])
    }
  })
})
