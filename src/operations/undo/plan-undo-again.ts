import { UsageError } from '../../errors/usage-error.js'
import type { RunRow } from '../../report/run-rows.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import type { MigratePlan } from '../runs/migrate-plan.js'
import { planUndo } from './plan-undo.js'
import { readUndoable } from './undoable-run.js'

/**
 * Decides what takes a run back in some databases, for a run of `undo` that is gone on with.
 *
 * @throws what `planUndo` throws
 */
export async function planUndoAgain(
  context: FleetContext,
  { id, undoes = 0 }: RunRow,
  names: string[],
  control: RunControl,
): Promise<MigratePlan> {
  const { direction, ...run } = await readUndoable(context, undoes, id)
  if (direction === 'redo') {
    throw new UsageError('cannot-resume', `run ${undoes} is of \`redo\``, {
      hint: 'Nothing was touched.',
    })
  }
  return planUndo(context, { ...run, direction }, { db: names, ...control, mode: 'read' })
}
