import type { Member } from '../fleet/member.js'
import type { Migration } from '../migrate/migration.js'
import type { CreateInit, CreateItem } from './create-job.js'
import type { CreateOptions, Creation } from './creation.js'
import type { FleetContext } from './fleet-context.js'
import { runOnMembers } from './run-on-members.js'
import { withExpectedSchema } from './scratch-database.js'
import { createAdmins } from './targets.js'

/**
 * Makes databases on a server: each an empty one, which is then migrated in one request.
 *
 * @returns what became of each member, in their order
 */
export async function createOnServer(
  context: FleetContext,
  members: readonly Member[],
  migrations: readonly Migration[],
  options: CreateOptions,
): Promise<Creation[]> {
  if (members.length === 0) return []
  // Found out here, before the server has ten thousand databases that don't migrate.
  await withExpectedSchema(migrations, undefined, async () => {})
  const { config } = context
  const adminOf = createAdmins(config)
  const admins = await Promise.all(members.map(adminOf))
  const init: CreateInit = { migrations: [...migrations], busyTimeoutMs: config.busyTimeoutMs }
  return runOnMembers<CreateItem, Creation>(
    context,
    members,
    {
      phase: 'create',
      spec: { name: 'create', init },
      item: (target, index) => ({ target, admin: admins[index] as CreateItem['admin'] }),
      crashed: message => ({ code: 'bug', message }),
      reads: false,
    },
    options,
  )
}
