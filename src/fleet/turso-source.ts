import type { TursoSourceConfig } from '../config/config.js'
import { checkTursoName } from '../config/turso-name.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import type { TursoAccount } from '../turso/turso-account.js'
import type { TursoDatabase } from '../turso/turso-database.js'
import { byName } from './by-name.js'
import type { Member, TursoAddress } from './member.js'
import type { SourceServices } from './services.js'
import type { Source } from './source.js'

const API_URL = 'https://api.turso.tech'
const API_TOKEN = { env: 'TURSO_API_TOKEN' } as const

/** The databases of an organization on Turso Cloud, or of one of its groups. */
export function tursoSource(config: TursoSourceConfig, { clouds }: SourceServices): Source {
  const { organization, group, authToken, apiToken = API_TOKEN } = config.turso
  const apiUrl = (config.turso.apiUrl ?? API_URL).replace(/\/+$/, '')
  const account: TursoAccount = { apiUrl, organization, apiToken }
  const label = config.label ?? `turso ${organization}${group === undefined ? '' : `/${group}`}`

  const serverAt = (url: string, admin: Pick<TursoAddress, 'group' | 'archived'>) => ({
    url,
    ...(authToken !== undefined && { authToken }),
    admin: { kind: 'turso' as const, ...account, ...admin },
  })
  const memberOf = ({ name, url, shown, group, archived }: TursoDatabase): Member => ({
    name,
    url: shown,
    source: label,
    server: serverAt(url, { archived, ...(group !== undefined && { group }) }),
  })
  return {
    kind: 'turso',
    label,
    members: async () => {
      const cloud = await clouds.at(account)
      const databases = await cloud.list(group).catch(cannotList)
      return databases.map(memberOf).sort(byName)
    },
    whyEmpty: () =>
      group === undefined
        ? `the organization ${organization} has no database on Turso Cloud`
        : `the group ${group} of ${organization} has no database on Turso Cloud`,
    creates: {
      locate(name) {
        checkTursoName(name)
        if (group === undefined) throw noGroup(label)
        // Its host is chosen by Turso; until then it is where the API has it.
        const url = `${apiUrl}/v1/organizations/${organization}/databases/${name}`
        return { name, url, source: label, server: serverAt(url, { group, archived: false }) }
      },
    },
  }
}

function cannotList(error: unknown): never {
  if (!(error instanceof DbfleetError) || error instanceof UsageError) throw error
  const { message, hint } = error
  throw new UsageError(error.code, message, { cause: error, ...(hint !== undefined && { hint }) })
}

function noGroup(label: string): UsageError {
  return new UsageError(
    'cannot-create',
    `${label} does not say in which group a database is made`,
    {
      hint: 'Give the source a `group`, as in { turso: { organization: "acme", group: "tenants" } }.',
    },
  )
}
