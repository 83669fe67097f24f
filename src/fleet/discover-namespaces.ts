import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isNamespace } from '../config/namespace-name.js'
import { resolveSecret, type Secret } from '../config/secret.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import { endpointOf } from './endpoint-of.js'
import type { SourceServices } from './services.js'

interface Server {
  url: string
  authToken?: Secret | undefined
  /** Its data directory, absolute, when it is on this machine. */
  directory?: string | undefined
}

/** What sqld makes for itself, and serves to whoever names no namespace. */
export const OWN = 'default'

/**
 * The namespaces that a server has, but for `default`, in no order. sqld has no request that lists
 * them; it keeps each in a directory, which is looked at: here when it is on this machine, and
 * otherwise with the server's own SQL function for that.
 *
 * @throws UsageError `discover-failed`; `bad-name` for a name that is not safe to use
 */
export async function discoverNamespaces(
  server: Server,
  services: SourceServices,
): Promise<string[]> {
  const found =
    server.directory === undefined
      ? await listOverTheWire(server, services)
      : await listDirectory(server.directory)
  const names = found.filter(name => name !== OWN)
  const odd = names.filter(name => !isNamespace(name))
  if (odd.length === 0) return names
  const [first] = odd
  throw new UsageError(
    'bad-name',
    `${server.url} has ${odd.length} namespaces whose names dbfleet does not use, such as ${JSON.stringify(first)}`,
    { hint: 'List the others in `namespaces`, or rename these: a to z, 0 to 9 and hyphens.' },
  )
}

async function listDirectory(directory: string): Promise<string[]> {
  const databases = join(directory, 'dbs')
  try {
    const entries = await readdir(databases, { withFileTypes: true })
    return entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError('discover-failed', `${databases} cannot be read: ${code}`, {
      hint: '`dataDirectory` is what sqld was given with --db-path; leave it out to ask the server.',
      cause: error,
    })
  }
}

function notSqld(url: string): DbfleetError {
  return new DbfleetError('not-a-server', `${url} does not keep its files as sqld does`)
}

/** Failures whose own hint helps more than one about discovering. */
const KEEP_HINT: ReadonlySet<string> = new Set(['unreachable', 'timeout', 'auth', 'not-a-server'])

function hintFor({ code, hint }: DbfleetError): string {
  if (hint === undefined || !KEEP_HINT.has(code)) {
    return 'Give `dataDirectory` where the server is on this machine, list `namespaces`, or name a registry. The token has to open "default".'
  }
  return code === 'auth'
    ? `${hint} The token has to open "default" for this; or list \`namespaces\`.`
    : hint
}

/** Directories right below the one that is given; type and permissions are one number. */
const LIST = `SELECT substr(name, length(?1) + 2) AS name FROM fsdir(?1)
  WHERE (mode & 61440) = 16384 AND length(name) > length(?1)
    AND instr(substr(name, length(?1) + 2), '/') = 0`

async function listOverTheWire(
  { url, authToken: secret }: Server,
  { root, connections, requestTimeoutMs }: SourceServices,
): Promise<string[]> {
  const { openDatabase } = await import('../database/open-database.js')
  const authToken = secret && (await resolveSecret(secret, `the token of ${url}`, { cwd: root }))
  const address = { url, namespace: OWN, ...(secret !== undefined && { authToken: secret }) }
  try {
    await using db = await openDatabase(
      { name: OWN, endpoint: endpointOf(address, { requestTimeoutMs }, authToken) },
      { mode: 'read', busyTimeoutMs: 0 },
      connections,
    )
    const [main] = await db.query("SELECT file FROM pragma_database_list WHERE name = 'main'")
    const databases = /^(\/.*\/dbs)\/default\/data$/s.exec(String(main?.file))?.[1]
    if (databases === undefined) throw notSqld(url)
    const rows = await db.query(LIST, [databases])
    return rows.map(({ name }) => String(name))
  } catch (error) {
    if (!(error instanceof DbfleetError)) throw error
    throw new UsageError(
      'discover-failed',
      `the namespaces of ${url} cannot be discovered: ${error.message}`,
      {
        hint: hintFor(error),
        cause: error,
      },
    )
  }
}
