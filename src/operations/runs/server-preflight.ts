import { openDatabase } from '../../database/open-database.js'
import type { Member } from '../../fleet/member.js'
import { fileOf } from '../../migrate/file-of.js'
import type { Migration } from '../../migrate/migration.js'
import { unsupportedByServer } from '../../migrate/preflight.js'
import type { FleetContext } from '../members/fleet-context.js'
import { createTargets } from '../members/targets.js'

/** A database on a server, and what is to run there. */
export interface ServerWork {
  member: Member
  names: readonly string[]
}

/**
 * Asks one server of each source whether it takes the statements that are about to run; none is run.
 * Its parser is its own, and knows neither all of SQLite's newest syntax nor all of its pragmas.
 *
 * @throws UsageError `unsupported-sql` naming file and line
 */
export async function serverPreflight(
  context: FleetContext,
  work: readonly ServerWork[],
  migrations: readonly Migration[],
  directions: readonly ('up' | 'down')[],
): Promise<void> {
  const targetOf = createTargets(context)
  const bySource = new Map<string, { member: Member; names: Set<string> }>()
  for (const { member, names } of work) {
    const known = bySource.get(member.source) ?? { member, names: new Set() }
    for (const name of names) known.names.add(name)
    bySource.set(member.source, known)
  }
  for (const { member, names } of bySource.values()) {
    const statements = migrations
      .filter(({ name }) => names.has(name))
      .flatMap(migration =>
        directions.flatMap(direction =>
          (migration[direction] ?? []).map(({ sql, line }) => ({
            sql,
            place: `${fileOf(migration, direction)}:${line}`,
          })),
        ),
      )
    const ask = async () => {
      await using db = await openDatabase(
        await targetOf(member),
        { mode: 'read', busyTimeoutMs: context.config.busyTimeoutMs },
        context.connections,
      )
      return await db.findRefused?.(statements)
    }
    // One that does not answer any more is a failure of this database, and reported as that.
    const refused = await ask().catch(() => undefined)
    const place = refused && statements[refused.index]?.place
    if (place !== undefined) throw unsupportedByServer(place, refused?.message ?? '')
  }
}
