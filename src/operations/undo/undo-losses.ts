import { UsageError } from '../../errors/usage-error.js'
import { downLosses, reversalLosses } from '../../lint/reversal-losses.js'
import type { LedgerEntry } from '../../migrate/ledger.js'
import type { Migration } from '../../migrate/migration.js'
import type { MigratePlan } from '../runs/migrate-plan.js'
import { replayEngine } from '../schemas/expected-schemas.js'
import { type ReplayProblem, replayMigrations } from '../schemas/replay-migrations.js'
import type { UndoableRun } from './undoable-run.js'

/** What speaks against taking a run back by migrations. */
export interface UndoLosses {
  /** Why it would not be as it was; empty when nothing does. */
  reasons: string[]
  /** What is gone already, and does not come back. */
  remarks: string[]
}

const WRONG_DOWNS: Partial<Record<ReplayProblem['code'], string>> = {
  'down-fails': 'its down fails',
  'down-incomplete': 'its down does not restore the schema before it',
}

/**
 * Runs the migrations on an empty database and reads their SQL, to find out whether what was there
 * before a run would be there again.
 */
export async function findLosses(
  run: UndoableRun,
  { context, migrations, positions, namesAt }: MigratePlan,
): Promise<UndoLosses> {
  const wanted = new Set(
    [...new Set(positions)].flatMap(position =>
      position === undefined || 'error' in position ? [] : namesAt(position),
    ),
  )
  if (wanted.size === 0) return { reasons: [], remarks: [] }
  const last = migrations.findLastIndex(({ name }) => wanted.has(name))
  const upToLast = migrations.slice(0, last + 1)
  const isReverting = run.direction === 'up'
  const { schemas, problems } = await replayMigrations(upToLast, {
    engine: await replayEngine(upToLast),
    ignore: context.config.check?.ignore ?? [],
    reversing: isReverting,
  })
  const reasons = editedSince(run.migrations, migrations, wanted).map(
    name => `${name}: its file was edited after run ${run.id}`,
  )
  const remarks: string[] = []
  for (const [index, migration] of upToLast.entries()) {
    const { name } = migration
    if (!wanted.has(name)) continue
    const around = { before: schemas[index], after: schemas[index + 1] }
    if (isReverting) {
      const wrong = problems.filter(problem => problem.migration === migration)
      const found = [...wrong.flatMap(({ code }) => WRONG_DOWNS[code] ?? [])]
      reasons.push(
        ...[...found, ...reversalLosses(migration, around)].map(loss => `${name}: ${loss}`),
      )
    } else {
      remarks.push(...downLosses(migration, around).map(loss => `${name}: ${loss}`))
    }
  }
  return { reasons, remarks }
}

/** @throws UsageError `not-faithful` */
export function refuseLosses(
  { id, backup }: UndoableRun,
  { reasons }: UndoLosses,
  { acceptLoss }: { acceptLoss: boolean },
): void {
  if (reasons.length === 0 || acceptLoss) return
  const fromBackup =
    backup === undefined
      ? ''
      : `\`dbfleet undo ${id} --from-backup\` restores the databases as they were before; `
  throw new UsageError(
    'not-faithful',
    ['migrations do not bring back what was there before the run:', ...reasons].join('\n'),
    {
      hint: `Nothing was touched. ${fromBackup}${backup === undefined ? 'Restore them from a backup set, or say --accept-loss' : '--accept-loss'} ${backup === undefined ? 'to run them nevertheless' : 'runs the migrations nevertheless'}.`,
    },
  )
}

function editedSince(
  then: readonly LedgerEntry[],
  now: readonly Migration[],
  wanted: ReadonlySet<string>,
): string[] {
  const checksums = new Map(then.map(({ name, checksum }) => [name, checksum]))
  return now
    .filter(
      ({ name, checksum }) => wanted.has(name) && (checksums.get(name) ?? checksum) !== checksum,
    )
    .map(({ name }) => name)
}
