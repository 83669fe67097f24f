import type { QuerySourceConfig } from '../config/config.js'
import { resolveSecret } from '../config/secret.js'
import { isServerUrl, parseServerUrl, showServerUrl } from '../config/server-url.js'
import type { DatabaseTarget, Row } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import { endpointOf } from './endpoint-of.js'
import { fileUrl, pathOfUrl } from './file-url.js'
import type { SourceServices } from './services.js'

const BUSY_TIMEOUT_MS = 5_000

/** A database that says which databases there are; it is only read. */
export interface Registry {
  /** As it is shown. */
  url: string
  /** @throws UsageError when it cannot be read */
  rows(): Promise<Row[]>
}

/**
 * The registry of a configuration.
 *
 * @throws UsageError `unsupported-url` or `bad-url`
 */
export function registry(
  { url, sql, authToken, encryptionKey }: QuerySourceConfig['query'],
  services: SourceServices,
): Registry {
  const { root, connections } = services
  const server = isServerUrl(url) ? parseServerUrl(url, 'the registry') : undefined
  const path = server === undefined ? pathOfUrl(url, root, 'the registry') : ''
  const shown = server === undefined ? fileUrl(path) : showServerUrl(server)
  const secret = (value: typeof authToken, what: string) =>
    value && resolveSecret(value, `${what} of the registry`, { cwd: root })

  const target = async (): Promise<DatabaseTarget> => {
    if (server === undefined) {
      const key = await secret(encryptionKey, 'the encryption key')
      return { name: 'registry', path, ...(key !== undefined && { encryptionKey: key }) }
    }
    const token = await secret(authToken, 'the token')
    const address = { ...server, ...(authToken !== undefined && { authToken }) }
    return { name: 'registry', endpoint: endpointOf(address, services, token) }
  }
  return {
    url: shown,
    async rows() {
      const { openDatabase } = await import('../database/open-database.js')
      const options = { mode: 'read', busyTimeoutMs: BUSY_TIMEOUT_MS } as const
      const at = await target()
      try {
        await using db = await openDatabase(at, options, connections)
        return await db.query(sql)
      } catch (error) {
        if (!(error instanceof DbfleetError)) throw error
        throw new UsageError(
          error.code,
          `the registry ${shown} cannot be queried: ${error.message}`,
          { cause: error, ...(error.hint !== undefined && { hint: error.hint }) },
        )
      }
    },
  }
}

/**
 * The text in a column of a registry's row.
 *
 * @param where the row, for errors: `row 3 of query file:registry.db`
 * @param example a query that gives what is needed
 * @throws UsageError `bad-registry`
 */
export function textIn(row: Row, column: string, where: string, example: string): string {
  const value = row[column]
  if (typeof value === 'string' && value !== '') return value
  const bad = (why: string) =>
    new UsageError('bad-registry', `${where} ${why}`, {
      hint: `The query has to give a text, as in \`${example}\`.`,
    })
  if (value === '') throw bad(`has an empty ${column}`)
  if (value === undefined) {
    throw bad(`has no column "${column}" (it has ${Object.keys(row).join(', ')})`)
  }
  throw bad(`has ${described(value)} in column "${column}", not a text`)
}

function described(value: Exclude<Row[string], string>): string {
  if (value === null) return 'NULL'
  return value instanceof Uint8Array ? 'a blob' : `the number ${value}`
}
