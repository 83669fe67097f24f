import { RemoteFault } from '../database/remote/remote-fault.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { PlatformApi } from './platform-api.js'
import { readDatabase } from './read-database.js'
import type { TursoDatabase } from './turso-database.js'

const PAGE = 500
/** Of what has no pages the API gives so many, and cuts off the rest without a word. */
const CUT_OFF = 1_000
/** Two million databases. */
const MOST_PAGES = 4_000

/**
 * All databases of an organization, or of one of its groups, in no order.
 *
 * The published description has no pages (https://docs.turso.tech/api-reference/databases/list); the
 * API has them, in the way of Turso's own command line: `limit`, `cursor` and `pagination.next`.
 *
 * @throws DbfleetError `list-incomplete` when the list has no end, or is cut off; others
 */
export async function listDatabases(api: PlatformApi, group?: string): Promise<TursoDatabase[]> {
  const { apiUrl, organization } = api.account
  const databases = new Map<string, TursoDatabase>()
  const cursors = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    const known = databases.size
    const query = { limit: String(PAGE), ...(group && { group }), ...(cursor && { cursor }) }
    const page = await api.send(
      {
        method: 'GET',
        path: ['databases'],
        query,
        repeatable: true,
        purpose: `list the databases of ${organization}`,
      },
      answer => readPage(answer, apiUrl),
    )
    // One that appears meanwhile may move others to the next page, where they are met again.
    for (const database of page.databases) databases.set(database.name, database)
    if (page.next === undefined) {
      if (!page.hasPages && cursors.size === 0 && page.databases.length >= CUT_OFF) {
        throw incomplete(`${organization} has ${CUT_OFF} databases or more, and no further page`)
      }
      break
    }
    const isNew = !cursors.has(page.next) && databases.size > known
    if (!isNew || cursors.size === MOST_PAGES) {
      throw incomplete(`the pages of ${organization}'s databases repeat themselves or never end`)
    }
    cursors.add(page.next)
    cursor = page.next
  }
  const all = [...databases.values()]
  // An API that did not know the filter would hand over what belongs to others.
  return group === undefined ? all : all.filter(each => (each.group ?? group) === group)
}

interface Page {
  databases: TursoDatabase[]
  hasPages: boolean
  next?: string
}

function readPage({ databases, pagination }: Record<string, unknown>, apiUrl: string): Page {
  const { next } = (pagination ?? {}) as { next?: unknown }
  const isEnd = next === undefined || next === null || next === ''
  if (!(databases === null || Array.isArray(databases)) || !(isEnd || typeof next === 'string')) {
    throw new RemoteFault('protocol', `${apiUrl} answers with something that is no list`)
  }
  return {
    databases: (databases ?? []).map(value => readDatabase(value, apiUrl)),
    hasPages: pagination !== undefined && pagination !== null,
    ...(!isEnd && { next }),
  }
}

function incomplete(message: string): DbfleetError {
  return new DbfleetError('list-incomplete', message, {
    hint: 'A part of a fleet is not worked on. Name a `group` that is smaller, or list the databases with `databases` or `query`.',
  })
}
