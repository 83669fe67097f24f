import { isTursoSlug } from '../config/turso-slug.js'
import { RemoteFault } from '../database/remote/remote-fault.js'
import { placeOfHost } from './place-of-host.js'
import type { TursoDatabase } from './turso-database.js'

/**
 * Reads a database of an answer: https://docs.turso.tech/api-reference/databases/list
 *
 * @throws RemoteFault `protocol` when that is none
 */
export function readDatabase(value: unknown, apiUrl: string): TursoDatabase {
  const fields = (value ?? {}) as Record<string, unknown>
  const { Name: name, Hostname: hostname, group, archived, sleeping } = fields
  // A name becomes part of a URL.
  if (!isTursoSlug(name)) {
    throw new RemoteFault('protocol', `${apiUrl} lists a database whose name cannot be one`)
  }
  return {
    name,
    ...placeOfHost(hostname, apiUrl),
    ...(isTursoSlug(group) && { group }),
    archived: archived === true || sleeping === true,
  }
}
