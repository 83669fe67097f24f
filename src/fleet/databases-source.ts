import type { DatabasesSourceConfig } from '../config/config.js'
import { nearest } from '../errors/nearest.js'
import { UsageError } from '../errors/usage-error.js'
import { byName } from './by-name.js'
import { locateUrl } from './locate-url.js'
import type { Member } from './member.js'
import type { Source } from './source.js'

/**
 * An explicit list. Every database of it is a member, whether its file exists or not.
 *
 * @param root what relative URLs start from
 * @throws UsageError `unsupported-url`, `bad-url` or `bad-name`
 */
export function databasesSource(config: DatabasesSourceConfig, root: string): Source {
  const label = config.label ?? 'databases'
  const members = config.databases.map((entry): Member => {
    if (entry.name === '') {
      throw new UsageError('bad-name', 'a database of the list in the configuration has no name')
    }
    const place = locateUrl(entry, root, `database "${entry.name}"`)
    return { name: entry.name, source: label, ...place }
  })
  members.sort(byName)
  const listed = new Map(members.map(member => [member.name, member]))

  return {
    kind: 'databases',
    label,
    members: async () => [...members],
    whyEmpty: () => 'the list of databases in the configuration is empty',
    creates: {
      lists: name => listed.has(name),
      locate(name) {
        const member = listed.get(name)
        if (member === undefined) throw notListed(name, [...listed.keys()], config.label)
        if (member.server !== undefined) throw onServer(member)
        return member
      },
    },
  }
}

function onServer({ name, url, path }: Member): UsageError {
  const where =
    path === undefined ? `on a server: ${url}` : `the replica of one on a server: ${url}`
  return new UsageError('cannot-create', `${name} is ${where}`, {
    hint: 'A source such as { sqld: { url, adminUrl, namespaces } } can create databases there.',
  })
}

function notListed(name: string, names: readonly string[], label?: string): UsageError {
  const list = label ?? 'the list in the configuration'
  const near = nearest(name, names)
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`
  return new UsageError('unknown-database', `${list} names no database "${name}"`, {
    hint: `Add it there, or choose another source with --source.${meant}`,
  })
}
