import type { RunChange } from '../../control/read-changes.js'
import { UsageError } from '../../errors/usage-error.js'
import type { Member } from '../../fleet/member.js'
import { resolveFleet } from '../../fleet/resolve-fleet.js'
import { type Selection, selectMembers } from '../../fleet/selection.js'
import { loadMigrations } from '../../migrate/load-migrations.js'
import type { Migration } from '../../migrate/migration.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { survey } from '../members/survey.js'
import type { KeyedPosition, SurveyInit, SurveyResult } from '../members/survey-job.js'
import { type MigratePlan, refuseUnrunnable } from '../runs/migrate-plan.js'
import { refuseUnsound } from '../runs/refused-error.js'
import { judgeUndo } from './judge-undo.js'
import type { UndoableRun } from './undoable-run.js'

/** Which of the databases that the run changed; the default is all. */
export type UndoSelection = Pick<Selection, 'db' | 'except'>

/** A database that a run changed, where the fleet has it now. */
interface ChangedMember {
  change: RunChange
  /** Absent when it has left the fleet. */
  member: Member | undefined
}

type Direction = 'up' | 'down'
type SurveyOptions = UndoSelection & RunControl & { mode: SurveyInit['mode'] }

/**
 * Decides what takes a run back in each database that it changed; touches nothing.
 *
 * @throws UsageError for whatever makes it impossible in all of them
 */
export async function planUndo(
  context: FleetContext,
  run: UndoableRun & { direction: Direction },
  options: SurveyOptions,
): Promise<MigratePlan> {
  const plan = await surveyUndo(context, run, options)
  const { members, positions, namesAt, migrations } = plan
  if (run.direction === 'down') {
    refuseUnsound(members, positions, { allowOutOfOrder: true })
    refuseMissing(positions, namesAt, migrations)
  }
  await refuseUnrunnable(context, plan, [run.direction === 'up' ? 'down' : 'up'])
  return plan
}

/** Likewise, whatever takes it back: nothing is said of the migrations. */
export async function surveyUndo(
  context: FleetContext,
  run: UndoableRun & { direction: Direction },
  options: SurveyOptions,
): Promise<MigratePlan> {
  const [migrations, changed] = await Promise.all([
    loadMigrations(context.config.migrations),
    changedMembers(context, run, options),
  ])
  const there = changed.flatMap(({ member }) => (member === undefined ? [] : [member]))
  const surveyed = await survey(context, there, migrations, options)
  const found = new Map(there.map(({ name }, index) => [name, surveyed[index]]))

  const members: Member[] = []
  const positions: (SurveyResult | undefined)[] = []
  const undoings = new Undoings()
  for (const { change, member } of changed) {
    const position = member === undefined ? GONE : found.get(change.database)
    const judged = judge(run, change, position, undoings)
    if (judged === 'unchanged') continue
    members.push(member ?? { name: change.database, url: '', source: '' })
    positions.push(judged)
  }
  const names = new Set(there.map(({ name }) => name))
  return {
    context,
    members,
    migrations,
    positions,
    namesAt: position => undoings.of(position),
    hasVanished: async name => !names.has(name) || !(await isListed(context, name)),
    newcomers: async () => undefined,
  }
}

/** The databases that a run changed and that are selected, by names. */
async function changedMembers(
  context: FleetContext,
  { changes }: UndoableRun,
  { db, except }: UndoSelection,
): Promise<ChangedMember[]> {
  const listed = await listedMembers(context)
  const selection = { ...(db !== undefined && { db }), ...(except !== undefined && { except }) }
  const named = changes.map(change => ({ name: change.database, change }))
  return selectMembers(named, selection, { changing: false, whole: 'run' }).map(
    ({ name, change }) => ({ change, member: listed.get(name) }),
  )
}

const GONE: SurveyResult = {
  error: { code: 'missing', message: 'the fleet has no database of that name any more' },
}

/** Databases with one ledger may have come there in different ways, so each way is a position. */
class Undoings {
  readonly #positions = new Map<string, KeyedPosition>()
  readonly #names = new Map<KeyedPosition, string[]>()

  /** The same array for the same position. */
  of(position: KeyedPosition): string[] {
    return this.#names.get(position) ?? []
  }

  add(position: KeyedPosition, names: string[]): KeyedPosition {
    const key = JSON.stringify([position.key, names])
    const known = this.#positions.get(key) ?? { ...position, key }
    this.#positions.set(key, known)
    if (!this.#names.has(known)) this.#names.set(known, names)
    return known
  }
}

function judge(
  { id, direction, later }: UndoableRun & { direction: Direction },
  change: RunChange,
  position: SurveyResult | undefined,
  undoings: Undoings,
): SurveyResult | undefined | 'unchanged' {
  if (position === undefined || 'error' in position) return position
  const undone = { run: id, direction, change, later: later.get(change.database) ?? [] }
  const judged = judgeUndo(undone, position.applied)
  if (judged === undefined) return 'unchanged'
  return 'error' in judged ? judged : undoings.add(position, judged.names)
}

function refuseMissing(
  positions: readonly (SurveyResult | undefined)[],
  namesAt: (position: KeyedPosition) => string[],
  migrations: readonly Migration[],
): void {
  const known = new Set(migrations.map(({ name }) => name))
  for (const position of new Set(positions)) {
    if (position === undefined || 'error' in position) continue
    const gone = namesAt(position).find(name => !known.has(name))
    if (gone === undefined) continue
    throw new UsageError('migration-deleted', `${gone} was reverted, but its file is missing`, {
      hint: 'Nothing was touched. Bring the file back from version control.',
    })
  }
}

async function isListed(context: FleetContext, name: string): Promise<boolean> {
  return (await listedMembers(context)).has(name)
}

async function listedMembers({ config, sources }: FleetContext): Promise<Map<string, Member>> {
  const members = await resolveFleet(sources, { root: config.root, required: false })
  return new Map(members.map(member => [member.name, member]))
}
