import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { Connections, RemoteReply } from './connections.js'
import { remoteError } from './remote-error.js'
import { RemoteFault } from './remote-fault.js'
import { sendable } from './sendable.js'

/** The admin API of a server. Holds a secret: never print or serialise it. */
export interface SqldAdmin {
  /** No slash at its end. */
  url: string
  /** What the server was given as `--admin-auth-key`. */
  key?: string
  /** How long one request may take, in milliseconds. */
  timeoutMs: number
}

/**
 * Makes an empty namespace. It is never forked from another one: the server deletes a namespace that
 * exists but is not in use when it is the target of a fork.
 *
 * @throws DbfleetError `exists`; nothing was changed then
 */
export async function createNamespace(
  connections: Connections,
  admin: SqldAdmin,
  name: string,
): Promise<void> {
  try {
    await request(connections, admin, `${name}/create`, 'POST', '{}')
    if (!(await isUnwritten(connections, admin, name))) throw taken(name)
  } catch (error) {
    const isTaken = error instanceof RemoteFault && error.status === 400
    if (isTaken && /already exists/i.test(error.message)) throw taken(name, error)
    throw adminError(error, admin)
  }
}

/**
 * True when nothing was ever written into it. The server lets a namespace be created that it has on
 * its disk but not in its books: `default`, and what was copied there or forgotten in a crash.
 */
async function isUnwritten(
  connections: Connections,
  admin: SqldAdmin,
  name: string,
): Promise<boolean> {
  const { body } = await request(connections, admin, `${name}/stats`, 'GET')
  try {
    const { replication_index: frames } = JSON.parse(body) as { replication_index?: unknown }
    return frames === 0
  } catch {
    return false
  }
}

function taken(name: string, cause?: unknown): DbfleetError {
  return new DbfleetError('exists', `the server has a database named ${name} already`, {
    hint: 'Nothing was changed. `dbfleet up --db <name>` migrates a database that exists.',
    cause,
  })
}

/**
 * Removes a namespace and all that it holds.
 *
 * @throws DbfleetError `missing` when there is none
 */
export async function deleteNamespace(
  connections: Connections,
  admin: SqldAdmin,
  name: string,
): Promise<void> {
  try {
    await request(connections, admin, name, 'DELETE')
  } catch (error) {
    throw adminError(error, admin)
  }
}

/**
 * Asks for something that every server has; nothing is changed.
 *
 * @throws DbfleetError `auth` when the key is not right, `not-a-server` for some other address
 */
export async function probeAdmin(connections: Connections, admin: SqldAdmin): Promise<void> {
  try {
    await request(connections, admin, 'default/config', 'GET')
  } catch (error) {
    // The admin API says of a namespace that it does not have which one it is.
    const isOther = error instanceof RemoteFault && error.message === 'HTTP status 404'
    if (!isOther) throw adminError(error, admin)
    throw new DbfleetError('not-a-server', `${admin.url} is not the admin API of sqld`, {
      hint: 'Give as `adminUrl` the address of --admin-listen-addr.',
      cause: error,
    })
  }
}

async function request(
  connections: Connections,
  { url, key, timeoutMs }: SqldAdmin,
  path: string,
  method: 'GET' | 'POST' | 'DELETE',
  body?: string,
): Promise<RemoteReply> {
  return connections.send(
    {
      url: `${url}/v1/namespaces/${path}`,
      method,
      timeoutMs,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        // Verbatim, not in base64, whatever "basic" means elsewhere.
        ...(key !== undefined && {
          authorization: `basic ${sendable(key, 'the key of the admin API')}`,
        }),
      },
      ...(body !== undefined && { body }),
    },
    // A change that is done twice is an error that says so.
    { repeatable: method === 'GET' },
  )
}

function adminError(error: unknown, { url, key, timeoutMs }: SqldAdmin): DbfleetError {
  if (error instanceof RemoteFault && error.status === 401) {
    const why = key === undefined ? 'asks for a key, and there is none' : 'refuses the key'
    return new DbfleetError('auth', `the admin API at ${new URL(url).host} ${why}`, {
      hint: 'Give as `adminKey` what the server was given as --admin-auth-key.',
      cause: error,
    })
  }
  return remoteError(error, { url, timeoutMs })
}
