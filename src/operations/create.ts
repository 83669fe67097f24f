import { existsSync } from 'node:fs'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import { resolveFleet } from '../fleet/resolve-fleet.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import type { Migration } from '../migrate/migration.js'
import { preflight } from '../migrate/preflight.js'
import { type ErrorReport, reportError } from '../report/error-report.js'
import { summarize } from '../report/fleet-report.js'
import type { ProvisionReport, ProvisionRow } from '../report/provision-rows.js'
import { creatingSource, listing } from './create/creating-source.js'
import type { CreateOptions, Creation, Made, MakeDatabases } from './create/creation.js'
import type { FleetContext } from './members/fleet-context.js'
import { failedAlready, type Handled, onLeased } from './runs/leased-work.js'
import { withRun } from './runs/with-run.js'

/**
 * Makes databases at the expected schema, with the ledger filled.
 *
 * @throws UsageError for a bad name or a source that cannot create; nothing was made
 */
export async function create(
  context: FleetContext,
  names: readonly string[],
  options: CreateOptions = {},
): Promise<ProvisionReport> {
  const began = performance.now()
  const { config, sources } = context
  const usual = creatingSource(sources, options.source)
  const wanted = uniqueNames(names)
  const sourceOf = (name: string) =>
    (options.source === undefined ? listing(sources, name) : undefined) ?? usual
  const members = wanted.map(name => sourceOf(name).locate(name))
  await usual.refuseUnlisted?.(wanted.filter(name => sourceOf(name) === usual))
  const existing = await resolveFleet(sources, { root: config.root, required: false })
  const taken = takenNames(members, existing)
  const migrations = await loadMigrations(config.migrations)
  await preflight(migrations, ['up'], () => members.some(({ server }) => server !== undefined))
  const free = members.filter(({ name }) => !taken.has(name))
  const outcomeOf = new Map<string, Creation>(
    [...taken].map(([name, other]) => [name, reportError(nameTaken(other))]),
  )
  const position = migrations.at(-1)?.name ?? null
  // Migrations that do not apply are found out before anything is recorded.
  const make = await makerOf(context, free, migrations)
  const record = { verb: 'create', options: { source: options.source }, migrations }
  return withRun(context, record, async journal => {
    const { refused, stopped } = await onLeased(
      context,
      journal,
      {
        items: free,
        nameOf: ({ name }) => name,
        total: members.length,
        settled: failedAlready(
          [...taken.keys()].map(name => rowOf({ name, url: '' }, outcomeOf.get(name), null)),
        ),
        act: (claimed, take, signal) =>
          make(claimed, { ...options, signal }, async (member, made) => {
            outcomeOf.set(member.name, made)
            if (made !== undefined) await take(member, handledOf(made, position))
          }),
      },
      options,
    )
    const rows = members.map(member => {
      const outcome = outcomeOf.get(member.name) ?? refused.get(member.name)
      return rowOf(member, outcome, position)
    })
    return {
      schema: 1,
      command: 'create',
      ...(stopped !== undefined && { stopped }),
      databases: rows,
      summary: summarize(rows),
      durationMs: performance.now() - began,
      interrupted: options.signal?.aborted === true,
    }
  })
}

function rowOf(
  { name, url }: Pick<Member, 'name' | 'url'>,
  outcome: Creation,
  position: string | null,
): ProvisionRow {
  if (outcome === undefined) return { name, status: 'not-run', url }
  return 'url' in outcome
    ? { name, status: 'ok', url: outcome.url, position }
    : { name, status: 'failed', error: outcome, url, position: null }
}

function handledOf(made: Made | ErrorReport, position: string | null): Handled {
  return 'url' in made ? { after: position } : { error: made }
}

/** @throws UsageError when the migrations do not apply to an empty database */
async function makerOf(
  context: FleetContext,
  members: readonly Member[],
  migrations: readonly Migration[],
): Promise<MakeDatabases> {
  const isOnServer = ({ server }: Member) => server !== undefined
  const isFile = ({ server }: Member) => server === undefined
  const first = members.find(isFile)
  const onServer = members.some(isOnServer)
    ? await (await import('./create/create-on-server.js')).serverMaker(context, migrations)
    : undefined
  const inFiles =
    first === undefined
      ? undefined
      : await (await import('./create/create-files.js')).fileMaker(context, migrations, first)
  return async (claimed, options, take) => {
    const [remote, local] = [claimed.filter(isOnServer), claimed.filter(isFile)]
    if (remote.length > 0) await onServer?.(remote, options, take)
    if (local.length > 0) await inFiles?.(local, options, take)
  }
}

/** A database that a list names but that has no file yet is what `create` is there to make. */
function takenNames(wanted: readonly Member[], existing: readonly Member[]): Map<string, Member> {
  const members = new Map(existing.map(member => [member.name, member]))
  const taken = new Map<string, Member>()
  for (const { name, path, server, url } of wanted) {
    const member = members.get(name)
    if (member === undefined) continue
    const isThis = member.url === url
    // Whether a server has it already, the server says.
    const isThere = server === undefined && path !== undefined && existsSync(path)
    if (!isThis || isThere) taken.set(name, member)
  }
  return taken
}

function nameTaken({ url }: Member): DbfleetError {
  return new DbfleetError('exists', `the fleet has a database of that name already: ${url}`, {
    hint: 'Nothing was changed. `dbfleet up --db <name>` migrates a database that exists.',
  })
}

function uniqueNames(names: readonly string[]): string[] {
  if (names.length === 0) {
    throw new UsageError('name-needed', 'no name was given', { hint: 'dbfleet create alice bob' })
  }
  return [...new Set(names)]
}
