import type { Member } from '../../fleet/member.js'
import type { Migration } from '../../migrate/migration.js'
import type { StatusRow } from '../../report/status-rows.js'
import type { FleetContext } from './fleet-context.js'
import type { RunControl } from './run-control.js'
import { survey } from './survey.js'
import type { SurveyResult } from './survey-job.js'

/** Where each member stands, in their order. */
export async function readStandings(
  context: FleetContext,
  members: readonly Member[],
  migrations: readonly Migration[],
  control: RunControl,
): Promise<StatusRow[]> {
  const results = await survey(context, members, migrations, { ...control, mode: 'read' })
  return members.map(({ name }, index) => row(name, results[index]))
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
