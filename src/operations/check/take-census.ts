import type { Member } from '../../fleet/member.js'
import type { Migration } from '../../migrate/migration.js'
import type { Finding, SchemaGroup } from '../../report/check-report.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { checkDatabases } from './check-databases.js'
import { FindingList } from './finding-list.js'
import { recallTrial } from './recall-trial.js'

/** Which schemas databases have, and what is wrong with them: `check` without its look at migrations. */
export async function takeCensus(
  context: FleetContext,
  members: readonly Member[],
  migrations: Migration[],
  control: RunControl,
): Promise<{ census: SchemaGroup[]; findings: Finding[] }> {
  const { config } = context
  const ignore = config.check?.ignore ?? []
  const root = config.project ?? config.root
  const findings = new FindingList(root, config.check ?? {})
  const directory = config.migrations
  const { engine, schemas } = await recallTrial(root, { directory, migrations, ignore })
  const checked = { migrations, engine, schemas, rewrites: [] }
  const { census } = await checkDatabases(context, members, checked, {
    ...control,
    ignore,
    findings,
  })
  return { census, findings: findings.list(members.map(({ name }) => name)) }
}
