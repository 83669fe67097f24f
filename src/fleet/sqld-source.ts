import { resolve } from 'node:path'
import type { SqldSourceConfig } from '../config/config.js'
import { checkNamespace } from '../config/namespace-name.js'
import { parseServerUrl, showServerUrl } from '../config/server-url.js'
import { nearest } from '../errors/nearest.js'
import { UsageError } from '../errors/usage-error.js'
import { byName } from './by-name.js'
import { discoverNamespaces, OWN } from './discover-namespaces.js'
import type { Member } from './member.js'
import { registry, textIn } from './registry.js'
import type { SourceServices } from './services.js'
import type { Source } from './source.js'

/**
 * The namespaces of a self-hosted sqld. Each name is checked before the server sees it: it accepts
 * any, and writes outside of its directory for `..`.
 *
 * @throws UsageError `bad-url`, `bad-name`, `secret-in-url`
 */
export function sqldSource(config: SqldSourceConfig, services: SourceServices): Source {
  const { namespaces, authToken, adminUrl, adminKey, dataDirectory, replicas } = config.sqld
  const url = addressOf(config.sqld.url, 'the sqld source')
  const admin = adminUrl === undefined ? undefined : addressOf(adminUrl, 'the admin API')
  if (admin?.startsWith('ws')) {
    throw new UsageError('bad-url', 'the admin API is not reached over a WebSocket', {
      hint: 'Give `adminUrl` as http: or https:, with the address of --admin-listen-addr.',
    })
  }
  const label = config.label ?? `sqld ${url}`
  const names = namesOf()

  const memberOf = (name: string): Member => {
    checkNamespace(name)
    const server = {
      url,
      namespace: name,
      ...(authToken !== undefined && { authToken }),
      ...(admin !== undefined && {
        admin: { kind: 'sqld' as const, url: admin, ...(adminKey && { key: adminKey }) },
      }),
    }
    const path =
      replicas === undefined
        ? undefined
        : resolve(services.root, replicas.replaceAll('{name}', name))
    return {
      name,
      url: showServerUrl(server),
      server,
      source: label,
      ...(path !== undefined && { path }),
    }
  }
  return {
    kind: 'sqld',
    label,
    members: async () => (await names.all()).map(memberOf).sort(byName),
    whyEmpty: names.whyEmpty,
    ...(admin !== undefined && {
      creates: { locate: memberOf, refuseUnlisted: names.refuseUnlisted },
    }),
  }

  function namesOf(): Names {
    if (namespaces === 'discover') {
      const directory =
        dataDirectory === undefined ? undefined : resolve(services.root, dataDirectory)
      return {
        all: () => discoverNamespaces({ url, authToken, directory }, services),
        whyEmpty: () => `${url} has no namespace but "default"`,
        refuseUnlisted: async wanted => refuseOwn(wanted),
      }
    }
    if ('query' in namespaces) {
      const from = registry(namespaces.query, services)
      const all = async () =>
        (await from.rows()).map((row, index) =>
          textIn(row, 'name', `row ${index + 1} of ${from.url}`, 'select name from tenants'),
        )
      const whyEmpty = () => `the query of ${from.url} gives no row`
      return { all, whyEmpty, refuseUnlisted: refuseUnlisted(all, `the query of ${from.url}`) }
    }
    const all = async () => [...namespaces]
    const whyEmpty = () => 'the list of namespaces in the configuration is empty'
    return { all, whyEmpty, refuseUnlisted: refuseUnlisted(all, `\`namespaces\` of ${label}`) }
  }
}

/** The address of a server as a whole. */
function addressOf(text: string, what: string): string {
  if (!text.includes('#')) return parseServerUrl(text, what).url
  throw new UsageError('bad-url', `${what} names one database in its URL, after a "#"`, {
    hint: 'Leave it out there, and name the databases in `namespaces`.',
  })
}

/** Where the names of a server's namespaces are from. */
interface Names {
  all(): Promise<string[]>
  whyEmpty(): string
  /** A database that is made but not listed would not be seen again. */
  refuseUnlisted(wanted: readonly string[]): Promise<void>
}

/** It is there already, and whoever discovers the others would not see it. */
function refuseOwn(wanted: readonly string[]): void {
  if (!wanted.includes(OWN)) return
  throw new UsageError('bad-name', `"${OWN}" is the database that sqld makes for itself`, {
    hint: 'Choose another name. To work on that one, list it in `namespaces`.',
  })
}

function refuseUnlisted(all: () => Promise<string[]>, list: string) {
  return async (wanted: readonly string[]): Promise<void> => {
    const names = await all()
    const listed = new Set(names)
    const name = wanted.find(each => !listed.has(each))
    if (name === undefined) return
    const near = nearest(name, names)
    const meant = near === undefined ? '' : ` Did you mean "${near}"?`
    throw new UsageError('unknown-database', `${list} names no database "${name}"`, {
      hint: `Add it there first, or choose another source with --source.${meant}`,
    })
  }
}
