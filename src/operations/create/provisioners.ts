import type { Provisioner } from '../../database/remote/provisioner.js'
import { createNamespace, deleteNamespace } from '../../database/remote/sqld-admin.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { Member, SqldAdminAddress } from '../../fleet/member.js'
import { fetchOnce } from '../members/fetch-once.js'
import type { FleetContext } from '../members/fleet-context.js'

/** Says what makes and removes a member on its server. */
export function createProvisioners({
  config,
  connections,
  clouds,
}: FleetContext): (member: Member) => Promise<Provisioner> {
  const fetched = fetchOnce(config)

  const sqld = async ({ url, key }: SqldAdminAddress): Promise<Provisioner> => {
    const secret = key && (await fetched(key, `the key of the admin API at ${url}`))
    const admin = { url, timeoutMs: config.requestTimeoutMs, ...(secret && { key: secret }) }
    return {
      create: async name => {
        await createNamespace(connections, admin, name)
        return undefined
      },
      remove: name => deleteNamespace(connections, admin, name),
    }
  }
  return async ({ name, server }) => {
    const { admin } = server ?? {}
    switch (admin?.kind) {
      case 'sqld':
        return sqld(admin)
      case 'turso':
        return (await clouds.at(admin)).provisioner(admin.group)
      case undefined:
        throw new DbfleetError('bug', `${name} has no admin API`)
    }
  }
}
