import type { ForeignTool, KnownMigration, RecordedEntry } from './foreign-tool.js'

/** What a ledger's entries mean in a directory of dbfleet. */
export interface Matched {
  /** Names of migrations, in their order. */
  applied: string[]
  /** Versions or names of which there is no migration. */
  unknown: string[]
}

/** Finds the migrations that a ledger of another tool says are applied; those come in name order. */
export function matchRecorded(
  tool: ForeignTool,
  entries: readonly RecordedEntry[],
  migrations: readonly KnownMigration[],
): Matched {
  const applied = new Set<string>()
  const unknown: string[] = []
  for (const entry of entries) {
    const found = tool.find(entry, migrations)
    if (found === undefined) {
      unknown.push(entry.key)
      continue
    }
    applied.add(found)
    for (const { name } of migrations) if (entry.through && name < found) applied.add(name)
  }
  const names = migrations.map(({ name }) => name)
  return { applied: names.filter(name => applied.has(name)), unknown }
}
