import type { Row } from '../database/database.js'
import type { ForeignTool, Recorded } from './foreign-tool.js'
import { migrationDirectories } from './migration-directories.js'
import { findByName, namesByKey } from './name-by-key.js'

/**
 * Prisma (schema-engine, `_prisma_migrations`): a directory for each migration, and no way down. A row
 * is written when a migration begins, and gets `finished_at` when it is done; one that failed can be
 * marked as rolled back, and is then tried again, with a row of its own.
 */
export const prisma: ForeignTool = {
  name: 'prisma',
  title: 'Prisma',
  recordsApart: false,
  ledger: {
    table: '_prisma_migrations',
    has: ['migration_name', 'checksum', 'started_at', 'finished_at', 'rolled_back_at'],
    select: {
      name: 'migration_name',
      checksum: 'checksum',
      finished: 'finished_at IS NOT NULL',
      rolled_back: 'rolled_back_at IS NOT NULL',
    },
    order: 'started_at, migration_name',
  },
  understand(rows) {
    const recorded: Recorded = { entries: [], problems: [] }
    const byName = new Map<string, Row[]>()
    for (const row of rows) {
      if (row.rolled_back === 1n) continue
      const name = String(row.name)
      byName.set(name, [...(byName.get(name) ?? []), row])
    }
    for (const [key, tries] of byName) {
      const done = tries.find(({ finished }) => finished === 1n)
      if (done === undefined) recorded.problems.push(`began ${key} and did not finish it`)
      else recorded.entries.push({ key, hash: String(done.checksum) })
    }
    return recorded
  },
  find: findByName,
  async recognises(files) {
    const directories = migrationDirectories(files)
    return directories.length > 0 && !directories.some(({ hasSnapshot }) => hasSnapshot)
  },
  async importFrom(files) {
    const directories = migrationDirectories(files)
    const names = namesByKey(directories.map(({ name }) => name))
    const migrations = directories.map(async ({ path }, index) => ({
      from: path,
      name: names[index] ?? '',
      files: [{ ending: '.up.sql', text: await files.read(path) }],
    }))
    return { migrations: await Promise.all(migrations), byHand: [] }
  },
}
