import { importModule } from '../../migrate/import-module.js'
import type { Migration } from '../../migrate/migration.js'

/** Whether a migration says how it is taken back. */
export async function hasDown(migration: Migration): Promise<boolean> {
  if (migration.kind === 'sql') return (migration.down?.length ?? 0) > 0
  return (await importModule(migration)).down !== undefined
}
