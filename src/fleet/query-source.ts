import type { QuerySourceConfig } from '../config/config.js'
import type { Row } from '../database/database.js'
import { byName } from './by-name.js'
import { locateUrl } from './locate-url.js'
import type { Member } from './member.js'
import { registry, textIn } from './registry.js'
import type { SourceServices } from './services.js'
import type { Source } from './source.js'

const EXAMPLE = 'select cast(id as text) as name, path as url from tenants'

/**
 * The rows of a query against a registry database, which is only read. A row has a text `name` and
 * a text `url`; other columns are not looked at. Relative URLs, the registry's too, start from the
 * directory of the configuration.
 *
 * @throws UsageError `unsupported-url` or `bad-url` for the registry's own URL
 */
export function querySource(config: QuerySourceConfig, services: SourceServices): Source {
  const from = registry(config.query, services)
  const label = config.label ?? `query ${from.url}`
  const { authToken, encryptionKey, engine } = config

  const memberOf = (row: Row, index: number): Member => {
    const where = `row ${index + 1} of ${label}`
    const name = textIn(row, 'name', where, EXAMPLE)
    const url = textIn(row, 'url', where, EXAMPLE)
    const opening = { authToken, encryptionKey, engine }
    const place = locateUrl({ url, ...opening }, services.root, `"${name}" in ${where}`)
    return { name, source: label, ...place }
  }
  return {
    kind: 'query',
    label,
    members: async () => (await from.rows()).map(memberOf).sort(byName),
    whyEmpty: () => `the query of ${from.url} gives no row`,
  }
}
