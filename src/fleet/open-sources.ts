import type { Config } from '../config/config.js'
import { databasesSource } from './databases-source.js'
import { filesSource } from './files-source.js'
import { querySource } from './query-source.js'
import type { SourceServices } from './services.js'
import type { Source } from './source.js'
import { sqldSource } from './sqld-source.js'
import { tursoSource } from './turso-source.js'
import { withoutControl } from './without-control.js'

/**
 * The sources of a configuration, in its order; none has the control database. Nothing is opened or looked for yet.
 *
 * @throws UsageError `bad-pattern`, `bad-url`, `unsupported-url`, `bad-name` or `secret-in-url`
 */
export function openSources(
  { fleet, control }: Pick<Config, 'fleet' | 'control'>,
  services: SourceServices,
): Source[] {
  const { root } = services
  const sources = fleet.map(entry => {
    if ('files' in entry) return filesSource(entry, root)
    if ('databases' in entry) return databasesSource(entry, root)
    if ('sqld' in entry) return sqldSource(entry, services)
    if ('turso' in entry) return tursoSource(entry, services)
    return querySource(entry, services)
  })
  return control ? sources.map(source => withoutControl(source, control, root)) : sources
}
