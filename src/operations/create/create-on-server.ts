import type { Member } from '../../fleet/member.js'
import type { Migration } from '../../migrate/migration.js'
import type { FleetContext } from '../members/fleet-context.js'
import { runOnMembers } from '../members/run-on-members.js'
import { withExpectedSchema } from '../schemas/scratch-database.js'
import type { CreateInit } from './create-job.js'
import type { CreateOptions, Creation, MakeDatabases, TakeCreation } from './creation.js'
import type { ToMake } from './make-on-server.js'
import { createProvisioners } from './provisioners.js'

/**
 * Makes databases on a server: each an empty one, which is then migrated in one request.
 *
 * @throws UsageError when the migrations do not apply to an empty database
 */
export async function serverMaker(
  context: FleetContext,
  migrations: readonly Migration[],
): Promise<MakeDatabases> {
  // Found out here, before the server has ten thousand databases that don't migrate.
  await withExpectedSchema(migrations, undefined, async () => {})
  return (members, options, take) => createOnServer(context, members, migrations, options, take)
}

async function createOnServer(
  context: FleetContext,
  members: readonly Member[],
  migrations: readonly Migration[],
  options: CreateOptions,
  take: TakeCreation,
): Promise<void> {
  const { config } = context
  const provisioners = await Promise.all(members.map(createProvisioners(context)))
  const init: CreateInit = { migrations: [...migrations], busyTimeoutMs: config.busyTimeoutMs }
  await runOnMembers<ToMake, Creation>(
    context,
    members,
    {
      phase: 'create',
      spec: { name: 'create', init },
      item: (target, index) => ({
        target,
        url: members[index]?.url ?? '',
        provisioner: provisioners[index] as ToMake['provisioner'],
      }),
      crashed: message => ({ code: 'bug', message }),
      reads: false,
      async deliver(index, creation) {
        await take(members[index] as Member, creation)
        return creation
      },
    },
    options,
  )
}
