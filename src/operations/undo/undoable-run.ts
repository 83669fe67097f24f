import {
  type LaterChange,
  type RunChange,
  type RunDirection,
  type RunIntent,
  readChanges,
  readIntent,
  readLaterChanges,
} from '../../control/read-changes.js'
import { readRun } from '../../control/read-runs.js'
import { UsageError } from '../../errors/usage-error.js'
import { backFrom } from '../../report/run-again.js'
import type { RunRow } from '../../report/run-rows.js'
import type { FleetContext } from '../members/fleet-context.js'
import { controlOf } from '../runs/open-control.js'
import { known } from '../runs.js'

/** A run that is over, and what it did. */
export interface UndoableRun extends Pick<RunRow, 'id' | 'verb' | 'backup'> {
  direction: Exclude<RunDirection, 'restore'>
  migrations: RunIntent['migrations']
  /** What it changed, or may have changed, by names. */
  changes: readonly RunChange[]
  /** What runs after it did to these databases. */
  later: ReadonlyMap<string, LaterChange[]>
}

/**
 * Reads what a run did from the journal.
 *
 * @param by a run that takes it back and is gone on with
 * @throws UsageError `unknown-run`, `run-goes-on`, `cannot-undo`, `no-journal`, or when the
 * control database does not serve
 */
export async function readUndoable(
  context: FleetContext,
  id: number,
  by?: number,
): Promise<UndoableRun> {
  await using control = await controlOf(context)
  const run = known(await readRun(control, id), id)
  if (run.state === 'running' || run.state === 'stopping') throw goingOn(id, `run ${id}`)
  const { direction, migrations, undoneBy } = await readIntent(control, id, by)
  if (undoneBy !== undefined) throw goingOn(undoneBy, `run ${undoneBy}, which takes it back,`)
  if (direction === 'restore') throw restored(run)
  if (direction === undefined) throw migratedNothing(run)
  const changes = await readChanges(control, id)
  const later = await readLaterChanges(
    control,
    id,
    changes.map(({ database }) => database),
  )
  const { verb, backup } = run
  return { id, verb, direction, migrations, changes, later, ...(backup && { backup }) }
}

function goingOn(id: number, what: string): UsageError {
  return new UsageError('run-goes-on', `${what} goes on`, {
    hint: `Nothing was touched. Wait for its end, or end it: \`dbfleet runs show ${id}\` shows how far it is; a process that died is noticed after 30 s.`,
  })
}

function restored({ id }: RunRow): UsageError {
  return new UsageError(
    'cannot-undo',
    `run ${id} put databases of a backup set in place, which no migration takes back`,
    {
      hint: 'Nothing was touched. What it replaced is kept, in `.kept` beside the databases or in a backup set; `dbfleet up` applies the migrations again.',
    },
  )
}

function migratedNothing(run: RunRow): UsageError {
  const { id, verb } = run
  return new UsageError(
    'cannot-undo',
    `run ${id} is of \`${verb}\`, which \`undo\` cannot take back`,
    {
      hint: `Nothing was touched. ${backFrom(run) ?? '`undo` takes back runs of `up`, `down` and `undo`.'}`,
    },
  )
}
