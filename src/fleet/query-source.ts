import type { QuerySourceConfig } from '../config/config.js'
import { resolveSecret } from '../config/secret.js'
import type { DatabaseTarget, Row } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import { byName } from './by-name.js'
import { fileUrl, pathOfUrl } from './file-url.js'
import type { Member } from './member.js'
import type { Source } from './source.js'

const BUSY_TIMEOUT_MS = 5_000

/**
 * The rows of a query against a registry database, which is only read. A row has a text `name` and
 * a text `url`; other columns are not looked at. Relative URLs, the registry's too, start from the
 * directory of the configuration.
 *
 * @throws UsageError `unsupported-url` or `bad-url` for the registry's own URL
 */
export function querySource(config: QuerySourceConfig, root: string): Source {
  const path = pathOfUrl(config.query.url, root, 'the registry')
  const registry = fileUrl(path)
  const label = config.label ?? `query ${registry}`
  const common = {
    source: label,
    ...(config.encryptionKey === undefined ? {} : { encryptionKey: config.encryptionKey }),
    ...(config.engine === undefined ? {} : { engine: config.engine }),
  }

  const memberOf = (row: Row, index: number): Member => {
    const where = `row ${index + 1} of ${label}`
    const name = textIn(row, 'name', where)
    if (name === '') throw badRow(where, 'has an empty name')
    const file = pathOfUrl(textIn(row, 'url', where), root, `"${name}" in ${where}`)
    return { name, url: fileUrl(file), path: file, ...common }
  }

  return {
    kind: 'query',
    label,
    async members() {
      const key = config.query.encryptionKey
      const target: DatabaseTarget = { name: 'registry', path }
      if (key !== undefined) {
        target.encryptionKey = await resolveSecret(key, 'the encryption key of the registry', {
          cwd: root,
        })
      }
      const rows = await readRegistry(target, config.query.sql, registry)
      return rows.map(memberOf).sort(byName)
    },
    whyEmpty: () => `the query of ${registry} gives no row`,
  }
}

async function readRegistry(target: DatabaseTarget, sql: string, url: string): Promise<Row[]> {
  const { openDatabase } = await import('../database/open-database.js')
  try {
    await using registry = await openDatabase(target, {
      mode: 'read',
      busyTimeoutMs: BUSY_TIMEOUT_MS,
    })
    return await registry.query(sql)
  } catch (error) {
    if (!(error instanceof DbfleetError)) throw error
    throw new UsageError(error.code, `the registry ${url} cannot be queried: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    })
  }
}

function textIn(row: Row, column: 'name' | 'url', where: string): string {
  const value = row[column]
  if (typeof value === 'string') return value
  if (value === undefined) {
    const columns = Object.keys(row).join(', ')
    throw badRow(where, `has no column "${column}" (it has ${columns})`)
  }
  throw badRow(where, `has ${described(value)} in column "${column}", not a text`)
}

function described(value: Exclude<Row[string], string>): string {
  if (value === null) return 'NULL'
  return value instanceof Uint8Array ? 'a blob' : `the number ${value}`
}

function badRow(where: string, why: string): UsageError {
  return new UsageError('bad-registry', `${where} ${why}`, {
    hint: 'The query has to give a text "name" and a text "url", as in `select cast(id as text) as name, path as url from tenants`.',
  })
}
