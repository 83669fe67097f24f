import type { Selection } from '../fleet/selection.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import { summarize } from '../report/fleet-report.js'
import type { StatusReport } from '../report/status-rows.js'
import type { FleetContext } from './fleet-context.js'
import { readStandings } from './read-standings.js'
import type { RunControl } from './run-control.js'
import { select } from './select.js'

export type StatusOptions = Selection & RunControl

/** Reads where each database stands; changes nothing. */
export async function status(context: FleetContext, options: StatusOptions): Promise<StatusReport> {
  const began = performance.now()
  const [members, migrations] = await Promise.all([
    select(context, options, { changing: false }),
    loadMigrations(context.config.migrations),
  ])
  const databases = await readStandings(context, members, migrations, options)
  return {
    schema: 1,
    command: 'status',
    databases,
    summary: summarize(databases),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}
