import type { Connections } from '../../database/remote/connections.js'
import { probeAdmin } from '../../database/remote/sqld-admin.js'
import type { Member } from '../../fleet/member.js'
import { findingOf } from './finding-of.js'
import type { Findings } from './findings.js'
import { idOf } from './secrets-of.js'
import { isThisMachine } from './sqld-process.js'

const TIMEOUT_MS = 10_000

/** Whether `create` and `destroy` will find the admin APIs, with the right keys. */
export async function checkAdmins(
  members: readonly Member[],
  keys: ReadonlyMap<string, string>,
  connections: Connections,
  findings: Findings,
): Promise<void> {
  const asked = new Set<string>()
  for (const { server } of members) {
    if (server?.admin?.kind !== 'sqld') continue
    const { url, key: secret } = server.admin
    const key = secret && keys.get(idOf(secret))
    const id = JSON.stringify([url, secret])
    if (asked.has(id)) continue
    asked.add(id)
    // That it could not be fetched has been said.
    if (secret !== undefined && key === undefined) continue
    if (key !== undefined && url.startsWith('http:') && !isThisMachine(url)) {
      findings.add(
        {
          code: 'plain-http',
          severity: 'warning',
          message: 'the key of the admin API goes over the network unencrypted',
          hint: 'Reach the admin API over TLS or a tunnel.',
        },
        { subject: url },
      )
    }
    const admin = { url, timeoutMs: TIMEOUT_MS, ...(key !== undefined && { key }) }
    await probeAdmin(connections, admin).catch(error => findings.add(findingOf(error)))
  }
}
