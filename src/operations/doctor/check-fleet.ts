import type { Config } from '../../config/config.js'
import { Connections } from '../../database/remote/connections.js'
import { UsageError } from '../../errors/usage-error.js'
import type { Member } from '../../fleet/member.js'
import { type Selection, selectMembers } from '../../fleet/selection.js'
import type { ServerFacts } from '../../report/doctor-report.js'
import { TursoClouds } from '../../turso/turso-clouds.js'
import type { FleetContext } from '../members/fleet-context.js'
import { checkAdmins } from './check-admins.js'
import { checkContents, checkLedgers } from './check-databases.js'
import { checkBackups, checkMigrations } from './check-directories.js'
import { checkFiles } from './check-files.js'
import { checkNamespaces } from './check-namespaces.js'
import { checkSecrets, fetchSecrets, whyIn } from './check-secrets.js'
import { checkServers, type FoundServer, isSqld } from './check-servers.js'
import { checkSources, type FoundFleet } from './check-sources.js'
import { checkTokens } from './check-tokens.js'
import type { DoctorOptions } from './doctor-options.js'
import type { Findings } from './findings.js'
import { idOf, type NamedSecret, neededBy, secretsOf } from './secrets-of.js'

/** How many databases were selected, how many of them cannot be worked on, and where they are. */
export interface LookedFleet {
  total: number
  failed: number
  notRun: number
  servers: ServerFacts[]
}

/**
 * Looks at all that a configuration names.
 *
 * @throws UsageError when the options select what is not there
 */
export async function checkFleet(
  config: Config,
  options: DoctorOptions,
  findings: Findings,
): Promise<LookedFleet> {
  const connections = new Connections()
  const clouds = new TursoClouds({ ...config, connections })
  const migrations = await checkMigrations(config, findings)
  await checkBackups(config, findings)

  const secrets = secretsOf(config)
  const fetched = await fetchSecrets(secrets, config)
  const { values, failures } = fetched
  const told = new Set([...failures.values()].map(({ message }) => whyIn(message)))
  const fleet = await checkSources(config, { ...config, connections, clouds }, told, findings)
  const members = selected(fleet, options)
  const context: FleetContext = { config, sources: fleet.sources, connections, clouds }
  const usersOf = usersIn(members)
  await checkSecrets(secrets, fetched, config, usersOf, findings)
  const expired = checkTokens(tokensIn(secrets, values, usersOf), findings)
  await checkFiles(members, findings)
  const servers = await checkServers(context, members, findings)
  await checkAdmins(members, values, connections, findings)

  const down = new Set(servers.filter(({ isUp }) => !isUp).flatMap(server => server.members))
  const readable = members.filter(
    member => !down.has(member) && !neededBy(member).some(secret => failures.has(idOf(secret))),
  )
  const hasExpired = ({ server }: Member) =>
    server?.authToken !== undefined && expired.has(idOf(server.authToken))
  const read = await checkLedgers(context, readable, migrations, hasExpired, findings, options)
  const { notRun } = options.quickCheck
    ? await checkContents(context, read.sound, findings, options)
    : { notRun: [] }

  await checkLimits(servers, fleet, connections, findings)
  const failed = findings.failed()
  const unknown = [...read.notRun, ...notRun].filter(({ name }) => !failed.has(name))
  return {
    total: members.length,
    failed: failed.size,
    notRun: unknown.length,
    servers: servers.map(({ url, version }) => ({ url, version })),
  }
}

/** What a source that failed would have listed is not an error of whoever selects it. */
function selected({ members, isWhole }: FoundFleet, selection: Selection): Member[] {
  try {
    return selectMembers(members, selection, { changing: false })
  } catch (error) {
    if (isWhole || !(error instanceof UsageError) || error.code !== 'unknown-database') throw error
    return []
  }
}

/** Says which databases need the secret of an id. */
function usersIn(members: readonly Member[]): (id: string) => readonly string[] {
  const users = new Map<string, string[]>()
  for (const member of members) {
    for (const secret of neededBy(member)) {
      const names = users.get(idOf(secret)) ?? []
      users.set(idOf(secret), names)
      names.push(member.name)
    }
  }
  return id => users.get(id) ?? []
}

function tokensIn(
  secrets: readonly NamedSecret[],
  values: ReadonlyMap<string, string>,
  usersOf: (id: string) => readonly string[],
) {
  return secrets
    .filter(({ isToken }) => isToken)
    .flatMap(named => {
      const id = idOf(named.secret)
      const value = values.get(id)
      return value === undefined ? [] : [{ named, value, databases: usersOf(id) }]
    })
}

/** Last, because reading the databases shows which a server says it does not have. */
async function checkLimits(
  servers: readonly FoundServer[],
  { members }: FoundFleet,
  connections: Connections,
  findings: Findings,
): Promise<void> {
  const counts = new Map<string, number>()
  for (const { server } of members) {
    if (server !== undefined) counts.set(server.url, (counts.get(server.url) ?? 0) + 1)
  }
  for (const server of servers.filter(isSqld)) {
    const { url } = server
    const count = counts.get(url) ?? 0
    const falseNotFound = connections.falseNotFound(new URL(url).origin)
    const databases = server.members.map(({ name }) => name)
    await checkNamespaces({ url, count, falseNotFound, databases }, findings)
  }
}
