import type { Selection } from '../fleet/selection.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import { summarize } from '../report/fleet-report.js'
import type { StatusReport } from '../report/status-rows.js'
import type { FleetContext } from './members/fleet-context.js'
import { readStandings } from './members/read-standings.js'
import type { RunControl } from './members/run-control.js'
import { select } from './members/select.js'

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
