import type { NewRun } from '../../control/run-journal.js'
import type { Selection } from '../../fleet/selection.js'
import type { Extent } from '../../migrate/choose.js'
import { type BackupFirstOptions, keptBackupOptions } from '../backup/back-up-first.js'
import type { MigratePlan } from './migrate-plan.js'
import type { Rollout } from './rollout.js'
import type { RunVerb } from './run-plan.js'

/** What the journal keeps of a command line. */
interface Asked extends Selection, Extent, RunVerb, BackupFirstOptions {
  set?: string | undefined
  rollout?: Rollout | undefined
}

/** The beginning of a run, as the journal records it. */
export function newRun(verb: string, plan: MigratePlan, asked: Asked): NewRun {
  const { migrations, positions, namesAt } = plan
  const wanted = new Set(
    [...new Set(positions)].flatMap(position =>
      position === undefined || 'error' in position ? [] : namesAt(position),
    ),
  )
  const { all, db, except, shard, to, step, direction, mode, allowOutOfOrder, set, rollout } = asked
  return {
    verb,
    options: {
      all,
      db,
      except,
      shard,
      to,
      step,
      direction,
      mode,
      allowOutOfOrder,
      rollout,
      ...keptBackupOptions(asked),
    },
    migrations: migrations.filter(({ name }) => wanted.has(name)),
    ...(set !== undefined && { backup: set }),
  }
}
