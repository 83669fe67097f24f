import type { Selection } from '../fleet/selection.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import { summarize } from '../report/fleet-report.js'
import type { StatusReport, StatusRow } from '../report/status-rows.js'
import type { FleetContext } from './fleet-context.js'
import type { RunControl } from './run-control.js'
import { select } from './select.js'
import { survey } from './survey.js'
import type { SurveyResult } from './survey-job.js'

export type StatusOptions = Selection & RunControl

/** Reads where each database stands; changes nothing. */
export async function status(context: FleetContext, options: StatusOptions): Promise<StatusReport> {
  const began = performance.now()
  const [members, migrations] = await Promise.all([
    select(context, options, { changing: false }),
    loadMigrations(context.config.migrations),
  ])
  const results = await survey(context, members, migrations, { ...options, mode: 'read' })
  const databases = members.map(({ name }, index) => row(name, results[index]))
  return {
    schema: 1,
    command: 'status',
    databases,
    summary: summarize(databases),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}

function row(name: string, result: SurveyResult | undefined): StatusRow {
  const unknown = { position: null, applied: 0, pending: [], edited: [], missing: [] }
  if (result === undefined) return { name, status: 'not-run', ...unknown }
  if ('error' in result) return { name, status: 'failed', error: result.error, ...unknown }
  const { position, applied, pending, edited, missing, notAdopted } = result
  return {
    name,
    status: 'ok',
    position,
    applied: applied.length,
    pending,
    edited,
    missing,
    ...(notAdopted && { notAdopted }),
  }
}
