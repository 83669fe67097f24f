import { existsSync } from 'node:fs'
import { rm, unlink } from 'node:fs/promises'
import { SIDECARS } from '../database/place-file.js'
import { REPLICA_SIDECAR } from '../database/replica-sidecar.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { nearest } from '../errors/nearest.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import { reportError } from '../report/error-report.js'
import { summarize } from '../report/fleet-report.js'
import type { ProvisionReport, ProvisionRow } from '../report/provision-rows.js'
import { createProvisioners } from './create/provisioners.js'
import type { FleetContext } from './members/fleet-context.js'
import { select } from './members/select.js'

/** What `destroy` would remove, for asking first. */
export async function findDoomed(
  context: FleetContext,
  names: readonly string[],
): Promise<Member[]> {
  if (names.length === 0) {
    throw new UsageError('name-needed', 'no name was given', { hint: 'dbfleet destroy alice' })
  }
  const members = await select(context, {}, { changing: false })
  const byName = new Map(members.map(member => [member.name, member]))
  const doomed = [...new Set(names)].map(
    name => byName.get(name) ?? refuse(name, [...byName.keys()]),
  )
  const fixed = doomed.find(({ server }) => server !== undefined && server.admin === undefined)
  if (fixed === undefined) return doomed
  throw new UsageError(
    'cannot-destroy',
    `${fixed.name} is on a server whose admin API is not known`,
    {
      hint: 'Nothing was removed. Sources with `sqld: { url, adminUrl, … }` or `turso: { … }` can create and remove.',
    },
  )
}

function refuse(name: string, known: readonly string[]): never {
  if (/[*?[\]{}]/.test(name)) {
    throw new UsageError('bad-name', `destroy takes names, not patterns: ${name}`, {
      hint: 'Nothing was removed. Name each database that is to go.',
    })
  }
  const near = nearest(name, known)
  throw new UsageError('unknown-database', `no database of the fleet is named "${name}"`, {
    hint: `Nothing was removed. ${near === undefined ? '' : `Did you mean "${near}"? `}\`dbfleet list\` shows the fleet.`,
  })
}

/** Removes databases and what they left beside themselves; there is no way back but a backup. */
export async function destroy(
  context: FleetContext,
  names: readonly string[],
): Promise<ProvisionReport> {
  const began = performance.now()
  const rows: ProvisionRow[] = []
  const provisionerOf = createProvisioners(context)
  for (const member of await findDoomed(context, names)) {
    const removal =
      member.server === undefined
        ? removeFile(member)
        : provisionerOf(member)
            .then(({ remove }) => remove(member.name))
            .then(() => removeReplica(member))
    rows.push(await row(member, removal))
  }
  return {
    schema: 1,
    command: 'destroy',
    databases: rows,
    summary: summarize(rows),
    durationMs: performance.now() - began,
    interrupted: false,
  }
}

async function row({ name, url }: Member, removal: Promise<void>): Promise<ProvisionRow> {
  try {
    await removal
    return { name, status: 'ok', url }
  } catch (error) {
    return { name, status: 'failed', error: reportError(removalError(error)), url }
  }
}

async function removeFile({ path }: Member): Promise<void> {
  if (path === undefined || !existsSync(path)) {
    throw new DbfleetError('missing', 'there is no such file', {
      hint: 'It may be gone already; `dbfleet list` shows the fleet.',
    })
  }
  // A journal that outlived its database would be rolled into the next one of that name.
  for (const ending of SIDECARS) if (existsSync(path + ending)) await unlink(path + ending)
  await unlink(path)
}

/** The replica holds all that its primary did. What is no replica is left alone. */
async function removeReplica({ path }: Member): Promise<void> {
  if (path === undefined || !existsSync(path + REPLICA_SIDECAR)) return
  for (const ending of [...SIDECARS, REPLICA_SIDECAR, '']) {
    await rm(path + ending, { force: true })
  }
}

function removalError(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') return error
  return new DbfleetError('readonly', 'the directory cannot be written', {
    hint: 'Give this user write permission on the directory.',
    cause: error,
  })
}
