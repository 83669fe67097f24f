import { existsSync } from 'node:fs'
import { placeImages } from '../database/place-images.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import { resolveFleet } from '../fleet/resolve-fleet.js'
import type { Source } from '../fleet/source.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import type { Migration } from '../migrate/migration.js'
import { preflight } from '../migrate/preflight.js'
import { reportError } from '../report/error-report.js'
import { summarize } from '../report/fleet-report.js'
import type { ProvisionReport, ProvisionRow } from '../report/provision-rows.js'
import type { FleetContext } from './fleet-context.js'
import type { RunControl } from './run-control.js'
import { expectedImage } from './scratch-database.js'
import { createTargets } from './targets.js'

export interface CreateOptions extends Pick<RunControl, 'signal' | 'onProgress'> {
  /** Which source makes them: its number from 1, or its kind. The default: the first that can. */
  source?: string
}

/** So many are written before they are waited for: enough to share the disk's flushes. */
const BATCH = 2048

/**
 * Makes databases at the expected schema, with the ledger filled. The schema is built once and
 * written as an image, which is as good as migrating each and many times faster.
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
  const source = creatingSource(sources, options.source)
  const members = uniqueNames(names).map(name => source.locate(name))
  const existing = await resolveFleet(sources, { root: config.root, required: false })
  const taken = takenNames(members, existing)
  const migrations = await loadMigrations(config.migrations)
  await preflight(migrations, ['up'])
  const images = imagesFor(migrations)
  const targetOf = createTargets(config)

  const position = migrations.at(-1)?.name ?? null
  const rows: ProvisionRow[] = []
  for (let start = 0; start < members.length; start += BATCH) {
    const batch = members.slice(start, start + BATCH)
    if (options.signal?.aborted) {
      rows.push(...batch.map(({ name, url }) => ({ name, url, status: 'not-run' as const })))
      continue
    }
    const free = batch.filter(({ name }) => !taken.has(name))
    const targets = await Promise.all(free.map(targetOf))
    const key = targets[0]?.encryptionKey
    const errors =
      free.length === 0
        ? []
        : await placeImages(
            await images(key),
            targets.map(({ path }) => path),
          )
    const made = new Map(free.map((member, index) => [member.name, errors[index]]))
    rows.push(...batch.map(member => row(member, taken.get(member.name), made, position)))
    const failed = rows.filter(({ status }) => status === 'failed').length
    options.onProgress?.({ phase: 'create', done: rows.length, total: members.length, failed })
  }
  return {
    schema: 1,
    command: 'create',
    databases: rows,
    summary: summarize(rows),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}

/** A database that a list names but that has no file yet is what `create` is there to make. */
function takenNames(wanted: readonly Member[], existing: readonly Member[]): Map<string, Member> {
  const members = new Map(existing.map(member => [member.name, member]))
  const taken = new Map<string, Member>()
  for (const { name, path } of wanted) {
    const member = members.get(name)
    const isThis = path !== undefined && member?.path === path
    if (member !== undefined && !(isThis && !existsSync(path))) taken.set(name, member)
  }
  return taken
}

function row(
  { name, url }: Member,
  existing: Member | undefined,
  made: ReadonlyMap<string, DbfleetError | undefined>,
  position: string | null,
): ProvisionRow {
  const error = existing === undefined ? made.get(name) : nameTaken(existing)
  return error === undefined
    ? { name, status: 'ok', url, position }
    : { name, status: 'failed', error: reportError(error), url, position: null }
}

function nameTaken({ url }: Member): DbfleetError {
  return new DbfleetError('exists', `the fleet has a database of that name already: ${url}`, {
    hint: 'Nothing was changed. `dbfleet up --db <name>` migrates a database that exists.',
  })
}

/** One image for each encryption key; all databases of a source have the same. */
function imagesFor(migrations: readonly Migration[]) {
  const images = new Map<string | undefined, Promise<Uint8Array>>()
  return (key: string | undefined): Promise<Uint8Array> => {
    const image = images.get(key) ?? expectedImage(migrations, key)
    images.set(key, image)
    return image
  }
}

function uniqueNames(names: readonly string[]): string[] {
  if (names.length === 0) {
    throw new UsageError('name-needed', 'no name was given', { hint: 'dbfleet create alice bob' })
  }
  return [...new Set(names)]
}

function creatingSource(sources: readonly Source[], wanted: string | undefined) {
  const matching = sources.filter(
    ({ kind }, index) => wanted === undefined || kind === wanted || String(index + 1) === wanted,
  )
  const source = matching.find(({ creates }) => creates !== undefined)
  if (source?.creates !== undefined) return source.creates
  const list = sources.map(({ label }, index) => `${index + 1}: ${label}`).join('; ')
  throw new UsageError(
    'cannot-create',
    wanted === undefined
      ? `no source of this fleet can create databases (${list})`
      : `--source ${wanted} names no source that can create databases (${list})`,
    {
      hint:
        wanted === undefined
          ? 'A source such as { files: "databases/*.db" } can; where a pattern has several wildcards, add `create: "users/{hash:2}/{name}/store.sqlite"`.'
          : 'Give the number or the kind of one that can, as in --source 1 or --source files.',
    },
  )
}
