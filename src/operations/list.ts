import type { Selection } from '../fleet/selection.js'
import type { ListReport } from '../report/list-rows.js'
import { engineOf } from './members/database-job.js'
import type { FleetContext } from './members/fleet-context.js'
import { laneOf } from './members/lanes.js'
import { select } from './members/select.js'

/** The fleet as the configuration describes it; opens no database. */
export async function list(context: FleetContext, selection: Selection): Promise<ListReport> {
  const members = await select(context, selection, { changing: false })
  const lane = await laneOf(members)
  const databases = members.map(member => ({
    name: member.name,
    status: 'ok' as const,
    source: member.source,
    url: member.url,
    engine: engineOf(lane(member)),
  }))
  const total = databases.length
  return {
    schema: 1,
    command: 'list',
    databases,
    summary: { total, ok: total, failed: 0, skipped: 0, notRun: 0 },
  }
}
