import type { DatabaseTarget, FileTarget, RemoteTarget } from '../../database/database.js'
import type { RemoteEndpoint } from '../../database/remote/endpoint.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { endpointOf } from '../../fleet/endpoint-of.js'
import type { Member, ServerAddress, TursoAddress } from '../../fleet/member.js'
import { fetchOnce } from './fetch-once.js'
import type { FleetContext } from './fleet-context.js'

/**
 * Makes what a driver needs from a member. Secrets are fetched when first needed, and once for each
 * different one, so that a key command is not run for every database.
 */
export function createTargets({
  config,
  clouds,
}: Pick<FleetContext, 'config' | 'clouds'>): (member: Member) => Promise<DatabaseTarget> {
  const fetched = fetchOnce(config)

  const onServer = async (name: string, server: ServerAddress): Promise<RemoteTarget> => {
    const { authToken: secret, admin } = server
    const authToken = secret && (await fetched(secret, `the token of ${name}`))
    const endpoint = endpointOf(server, config, authToken)
    if (admin?.kind !== 'turso') return { name, endpoint }
    const advised = { ...endpoint, advice: adviceFor(admin) }
    if (authToken !== undefined) return { name, endpoint: advised }
    const { group } = admin
    const database = { name, ...(group !== undefined && { group }) }
    return {
      name,
      endpoint: { ...advised, tokenFrom: "Turso's Platform API" },
      freshToken: async () => (await clouds.at(admin)).tokenFor(database),
    }
  }
  return async ({ name, path, encryptionKey, server, url }) => {
    if (server !== undefined) {
      const target = await onServer(name, server)
      return { ...target, ...(path !== undefined && { replica: await fileAt(path) }) }
    }
    if (path === undefined) throw new DbfleetError('bug', `${name}: ${url} is nowhere`)
    return fileAt(path)

    async function fileAt(at: string): Promise<FileTarget> {
      if (encryptionKey === undefined) return { name, path: at }
      const key = await fetched(encryptionKey, `the encryption key of ${name}`)
      return { name, path: at, encryptionKey: key }
    }
  }
}

function adviceFor({ archived, group }: TursoAddress): NonNullable<RemoteEndpoint['advice']> {
  return {
    token:
      'Tokens of a group or a database end when they are rotated. Run the same command again; if `authToken` is set, renew what it names.',
    ...(archived && {
      away: `Turso put it away because nobody used it: \`turso group unarchive ${group ?? '<group>'}\` brings it back.`,
    }),
  }
}
