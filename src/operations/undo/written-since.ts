import { statSync } from 'node:fs'
import type { ManifestEntry } from '../../backup/manifest.js'
import type { Member } from '../../fleet/member.js'
import { LEDGER_TABLE } from '../../migrate/ledger.js'
import type { WrittenSince } from '../../report/undo-rows.js'
import { crashReport } from '../members/crash.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { runOnMembers } from '../members/run-on-members.js'
import { isShared } from '../runs/open-control.js'
import type { CountRowsInit, CountRowsItem, CountRowsResult } from './count-rows-job.js'

/** A database that is to be restored. */
export interface Restorable {
  member: Member
  /** What the backup set says of it. */
  entry: ManifestEntry
  /** When the run was done with it, in milliseconds; `null` when that is not known. */
  endedAt: number | null
}

/** So much the clocks of machines may differ. */
const SKEW_MS = 5_000

/**
 * Finds out what was written to databases since a run changed them, from the numbers of their rows
 * and, for files, their time. Rows that were only changed, on a server, are not noticed.
 *
 * @returns by name; nothing for those where nothing was noticed
 */
export async function findWrittenSince(
  context: FleetContext,
  restorables: readonly Restorable[],
  control: RunControl,
): Promise<Map<string, WrittenSince>> {
  const skew = isShared(context) ? SKEW_MS : 0
  // Reading a database may write its file, so this comes first.
  const times = restorables.map(({ member }) => lastWrite(member))
  const init: CountRowsInit = {
    busyTimeoutMs: control.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  const results = await runOnMembers<CountRowsItem, CountRowsResult>(
    context,
    restorables.map(({ member }) => member),
    {
      phase: 'counting',
      spec: { name: 'count-rows', init },
      item: (target, index) => ({
        target,
        tables: (restorables[index]?.entry.tables ?? []).map(({ name }) => name),
      }),
      crashed: message => ({ error: crashReport(message) }),
      reads: false,
      computes: true,
    },
    control,
  )
  const written = new Map<string, WrittenSince>()
  for (const [index, { member, entry, endedAt }] of restorables.entries()) {
    const result = results[index]
    const tables = result !== undefined && 'rows' in result ? changed(entry, result.rows) : []
    const time = times[index]
    const isLater = time !== undefined && endedAt !== null && time > endedAt + skew
    if (tables.length > 0 || isLater) written.set(member.name, { tables, file: isLater })
  }
  return written
}

/** Tables with more or fewer rows than were backed up. */
function changed(
  { tables = [] }: ManifestEntry,
  counted: readonly [table: string, rows: number][],
): WrittenSince['tables'] {
  const then = new Map(tables.map(({ name, rows }) => [name, rows]))
  return counted.flatMap(([table, rows]) => {
    const more = rows - (then.get(table) ?? rows)
    return table === LEDGER_TABLE || more === 0 ? [] : [{ table, more }]
  })
}

/** When its file was last written, or what is not yet in it. */
function lastWrite({ path, server }: Member): number | undefined {
  if (path === undefined || server !== undefined) return undefined
  const file = statSync(path, { throwIfNoEntry: false })
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })
  if (file === undefined) return undefined
  return log !== undefined && log.size > 0 ? Math.max(file.mtimeMs, log.mtimeMs) : file.mtimeMs
}
