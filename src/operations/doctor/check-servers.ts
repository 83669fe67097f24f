import { openDatabase } from '../../database/open-database.js'
import type { Connections } from '../../database/remote/connections.js'
import { remoteError } from '../../database/remote/remote-error.js'
import { RemoteFault } from '../../database/remote/remote-fault.js'
import type { Member } from '../../fleet/member.js'
import type { ServerFacts } from '../../report/doctor-report.js'
import type { FleetContext } from '../members/fleet-context.js'
import { createTargets } from '../members/targets.js'
import { eachOf } from './each-of.js'
import { findingOf } from './finding-of.js'
import type { Findings } from './findings.js'
import { isThisMachine } from './sqld-process.js'

const AT_ONCE = 8
const TIMEOUT_MS = 10_000

/** A server of the fleet, and what it said. */
export interface FoundServer extends ServerFacts {
  isUp: boolean
  /** The selected ones there. */
  members: Member[]
}

/** Asks every server of these members whether it is there, and what it lets SQL do. */
export async function checkServers(
  context: FleetContext,
  members: readonly Member[],
  findings: Findings,
): Promise<FoundServer[]> {
  const servers = new Map<string, FoundServer>()
  for (const member of members) {
    // Each database of Turso Cloud has a host of its own; it is looked at when it is read.
    if (member.server === undefined || member.server.admin?.kind === 'turso') continue
    const { url } = member.server
    const known = servers.get(url) ?? { url, version: null, isUp: true, members: [] }
    servers.set(url, known)
    known.members.push(member)
  }
  await eachOf(servers.values(), AT_ONCE, async server => {
    checkEncryption(server, findings)
    await ask(server, context.connections, findings)
    if (isSqld(server)) await checkFileFunctions(server, context, findings)
  })
  return [...servers.values()].sort((a, b) => (a.url < b.url ? -1 : 1))
}

export function isSqld({ version }: ServerFacts): boolean {
  return version?.startsWith('sqld ') === true
}

function checkEncryption({ url, members }: FoundServer, findings: Findings): void {
  const withToken = members.filter(({ server }) => server?.authToken !== undefined)
  if (withToken.length === 0 || !/^(?:http|ws):/.test(url) || isThisMachine(url)) return
  findings.add(
    {
      code: 'plain-http',
      severity: 'warning',
      message: 'tokens go over the network unencrypted',
      hint: 'Put TLS before the server and write its URL with https: or wss:, or reach it over a tunnel.',
    },
    { subject: url, databases: withToken.map(({ name }) => name) },
  )
}

async function ask(
  server: FoundServer,
  connections: Connections,
  findings: Findings,
): Promise<void> {
  const url = server.url.replace(/^ws/, 'http')
  const get = (path: string) =>
    connections.send(
      { url: `${url}${path}`, method: 'GET', timeoutMs: TIMEOUT_MS },
      { repeatable: true, ordinary: true },
    )
  try {
    const { body } = await get('/version')
    server.version = /^[ -~]{1,80}$/.exec(body.trim())?.[0] ?? null
  } catch (error) {
    // Whatever else it answers, it is there; reading its databases shows whether it serves them.
    if (error instanceof RemoteFault && error.kind === 'status') return
    server.isUp = false
    const known = remoteError(error, { url, timeoutMs: TIMEOUT_MS })
    findings.add(findingOf(known), { databases: server.members.map(({ name }) => name) })
  }
}

/** Looks into the list of functions; none is called. */
const FILE_FUNCTIONS =
  "SELECT 1 FROM pragma_function_list WHERE name IN ('readfile', 'writefile') LIMIT 1"

async function checkFileFunctions(
  { url, members }: FoundServer,
  context: FleetContext,
  findings: Findings,
): Promise<void> {
  const targetOf = createTargets(context)
  for (const member of members.slice(0, AT_ONCE)) {
    try {
      await using db = await openDatabase(
        await targetOf(member),
        { mode: 'read', busyTimeoutMs: 0 },
        context.connections,
      )
      const rows = await db.query(FILE_FUNCTIONS)
      if (rows.length > 0) addFileFunctions(url, members, findings)
      return
    } catch {
      // Reading the database says what is wrong with it; another one may answer.
    }
  }
}

function addFileFunctions(url: string, members: readonly Member[], findings: Findings): void {
  findings.add(
    {
      code: 'server-files-exposed',
      severity: 'warning',
      message:
        'whoever may send SQL, also with a token that only reads, reads and writes files there',
      hint: 'sqld has readfile() and writefile() in its SQL. Run it as a user or in a container that has nothing but its data, and give tokens to no one who may not see all of that.',
    },
    { subject: url, databases: members.map(({ name }) => name) },
  )
}
