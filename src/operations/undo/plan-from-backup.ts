import type { ManifestEntry } from '../../backup/manifest.js'
import { readManifest } from '../../backup/read-manifest.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import { reportError } from '../../report/error-report.js'
import type { WrittenSince } from '../../report/undo-rows.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import type { KeyedPosition, SurveyInit } from '../members/survey-job.js'
import { notInSet } from '../restore/restore-set.js'
import type { MigratePlan } from '../runs/migrate-plan.js'
import { type FoundSet, findSet } from '../sets/find-set.js'
import { surveyUndo, type UndoSelection } from './plan-undo.js'
import type { UndoableRun } from './undoable-run.js'
import { findWrittenSince, type Restorable } from './written-since.js'

/** What backup sets take back, and what that would cost. */
export interface BackupUndo {
  /** Where the sets are: the one of the run's beginning first, then those of newcomers. */
  places: [string, ...string[]]
  plan: MigratePlan
  /** By name. */
  restorables: ReadonlyMap<string, SetRestorable>
  /** By name. */
  written: ReadonlyMap<string, WrittenSince>
}

/** A database that is to be restored, and the set that has it. */
export interface SetRestorable extends Restorable {
  found: FoundSet
}

/**
 * Finds out what the backup sets of a run hold of the databases that it changed; touches nothing.
 *
 * @throws UsageError `no-backup`, or what reading a set throws
 */
export async function planFromBackup(
  context: FleetContext,
  run: UndoableRun,
  options: UndoSelection & RunControl & { mode: SurveyInit['mode'] },
): Promise<BackupUndo> {
  const { id, backup, changes } = run
  if (backup === undefined) throw withoutBackup(id)
  const changeOf = new Map(changes.map(change => [change.database, change]))
  const places = new Set([backup, ...changes.flatMap(change => change.backup ?? [])])
  const sets = new Map<string, SetEntries>()
  for (const place of places) sets.set(place, await readSet(context, place))
  // What `redo` did stands there as if it had been applied.
  const direction = run.direction === 'down' ? 'down' : 'up'
  const surveyed = await surveyUndo(context, { ...run, direction }, options)
  const restorables = new Map<string, SetRestorable>()
  // What runs there goes by the position itself, and nothing does by another one.
  const nothingTo = new Map<KeyedPosition, KeyedPosition>()
  const nothingAt = (position: KeyedPosition) => {
    const other = { ...position }
    nothingTo.set(position, other)
    return other
  }
  const positions = surveyed.members.map((member, index) => {
    const position = surveyed.positions[index]
    if (position === undefined || 'error' in position) return position
    if (surveyed.namesAt(position).length === 0) return position
    if (isRestored(run, member.name)) return nothingTo.get(position) ?? nothingAt(position)
    const change = changeOf.get(member.name)
    const set = sets.get(change?.backup ?? backup)
    const entry = set?.entries.get(member.name)
    const problem = entry === undefined ? joinedLater() : notInSet(entry)
    if (set === undefined || entry === undefined || problem !== undefined) {
      return { error: reportError(problem ?? joinedLater()) }
    }
    const endedAt = change?.endedAt ?? null
    restorables.set(member.name, { member, entry, endedAt, found: set.found })
    return position
  })
  const written = await findWrittenSince(context, [...restorables.values()], options)
  const [first = backup, ...further] = [...sets.values()].map(({ found: { store, set } }) =>
    store.locate(set),
  )
  return { places: [first, ...further], plan: { ...surveyed, positions }, restorables, written }
}

/** Of \`redo\` the ledger does not tell whether it was taken back. */
function isRestored({ id, direction, later }: UndoableRun, name: string): boolean {
  const last = later.get(name)?.at(-1)
  const isRestore = last?.direction === 'restore' && last.undoes === id && last.isCertain
  return direction === 'redo' && isRestore
}

interface SetEntries {
  found: FoundSet
  entries: ReadonlyMap<string, ManifestEntry>
}

async function readSet(context: FleetContext, place: string): Promise<SetEntries> {
  const found = await findSet(context, place)
  const { databases } = await readManifest(found.store, found.set)
  return { found, entries: new Map(databases.map(entry => [entry.name, entry])) }
}

function withoutBackup(id: number): UsageError {
  return new UsageError('no-backup', `run ${id} made no backup set before it began`, {
    hint: `Nothing was touched. \`dbfleet undo ${id}\` takes it back by migrations; \`dbfleet restore <set> --force\` puts back any other set. \`up --backup\` makes one first.`,
  })
}

function joinedLater(): DbfleetError {
  return new DbfleetError('not-in-set', 'nothing of it is in the set: it was not backed up', {
    hint: 'Take it back by migrations: leave --from-backup out, and name it with --db.',
  })
}
