import { existsSync } from 'node:fs'
import { rm, unlink } from 'node:fs/promises'
import { SIDECARS } from '../database/place-file.js'
import type { Provisioner } from '../database/remote/provisioner.js'
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
import { onLeased } from './runs/leased-work.js'
import { withRun } from './runs/with-run.js'

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
  const doomed = await findDoomed(context, names)
  const provisionerOf = createProvisioners(context)
  const removed = new Map<string, ProvisionRow>()
  const record = { verb: 'destroy', options: {}, migrations: [] }
  return withRun(context, record, async journal => {
    const { refused, stopped } = await onLeased(
      context,
      journal,
      {
        items: doomed,
        nameOf: ({ name }) => name,
        async act(claimed, take, signal) {
          for (const member of claimed) {
            if (signal.aborted) return
            const started = performance.now()
            const row = await remove(member, provisionerOf)
            removed.set(member.name, row)
            await take(member, { ...row, ms: performance.now() - started })
          }
        },
      },
      {},
    )
    const rows = doomed.map(({ name, url }): ProvisionRow => {
      const error = refused.get(name)
      if (error !== undefined) return { name, status: 'failed', error, url }
      return removed.get(name) ?? { name, status: 'not-run', url }
    })
    const gone = rows.filter(({ status }) => status === 'ok').map(({ name }) => name)
    // What it says of databases that are gone is not worth a failure.
    await journal.forget(gone).catch(() => undefined)
    return {
      schema: 1,
      command: 'destroy',
      ...(stopped !== undefined && { stopped }),
      databases: rows,
      summary: summarize(rows),
      durationMs: performance.now() - began,
      interrupted: false,
    }
  })
}

async function remove(
  member: Member,
  provisionerOf: (member: Member) => Promise<Provisioner>,
): Promise<ProvisionRow> {
  const { name, url } = member
  try {
    if (member.server === undefined) await removeFile(member)
    else {
      await (await provisionerOf(member)).remove(name)
      await removeReplica(member)
    }
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
