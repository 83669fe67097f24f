import { basename } from 'node:path'
import { openStore } from '../backup/store/open-store.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import type { Selection } from '../fleet/selection.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import type { Migration } from '../migrate/migration.js'
import type { Absent, BackupFacts, PageFacts, RunFacts } from '../page/page-facts.js'
import { renderPage } from '../page/render-page.js'
import { summarize } from '../report/fleet-report.js'
import type { PageReport } from '../report/page-report.js'
import { takeCensus } from './check/take-census.js'
import type { FleetContext } from './members/fleet-context.js'
import { readStandings } from './members/read-standings.js'
import type { RunControl } from './members/run-control.js'
import { select } from './members/select.js'
import { readPageAssets } from './report/page-assets.js'
import { beginPageFile } from './report/page-file.js'
import { recentRuns } from './report/recent-runs.js'
import { openExistingControl } from './runs/open-control.js'
import { newestCopies } from './sets/newest-copies.js'
import { storeSpecOf } from './sets/store-of.js'

export interface ReportOptions extends Selection, RunControl {
  /** The file that is written; a page of an earlier report is replaced, nothing else is. */
  out: string
  /** False leaves out which schemas the databases have. */
  check?: boolean
  /** So many of the newest runs are shown; the default is 20. */
  runs?: number
}

const USUAL_RUNS = 20

/**
 * Writes one page that shows the fleet: where databases stand, their schemas, runs and backups. What a
 * part of it cannot be made of is said on the page.
 *
 * @throws UsageError `out-unwritable`, and when the configuration or the selection is not sound; then
 * nothing was written
 */
export async function report(context: FleetContext, options: ReportOptions): Promise<PageReport> {
  const began = performance.now()
  const { out, check = true, runs = USUAL_RUNS, ...control } = options
  if (!Number.isSafeInteger(runs) || runs < 1) {
    throw new UsageError('bad-options', `runs takes a whole number from 1, not ${runs}`)
  }
  await using file = await beginPageFile(out)
  const assets = await readPageAssets()
  const [members, migrations] = await Promise.all([
    select(context, control, { changing: false }),
    loadMigrations(context.config.migrations),
  ])
  const databases = await readStandings(context, members, migrations, control)
  const parts = await gatherParts(context, { members, migrations, check, runs, control })
  const interrupted = options.signal?.aborted === true
  const facts = {
    madeAt: Date.now(),
    title: basename(context.config.project ?? context.config.root),
    isPart: [control.db, control.except, control.shard].some(given => given !== undefined),
    databases,
    ...parts,
  }
  return {
    schema: 1,
    command: 'report',
    out: file.path,
    written: !interrupted,
    bytes: interrupted ? 0 : await file.publish(renderPage(facts, assets)),
    summary: summarize(databases),
    durationMs: performance.now() - began,
    interrupted,
  }
}

/** What a page shows besides positions; nothing more is read once the run is interrupted. */
async function gatherParts(
  context: FleetContext,
  {
    members,
    migrations,
    check,
    runs,
    control,
  }: {
    members: readonly Member[]
    migrations: Migration[]
    check: boolean
    runs: number
    control: RunControl
  },
): Promise<Pick<PageFacts, 'schemas' | 'runs' | 'backups'>> {
  const unlessEnded = <Facts>(work: () => Promise<Facts | Absent>) =>
    control.signal?.aborted === true ? { absent: 'Interrupted.' } : orWhy(work)
  return {
    schemas: check
      ? await unlessEnded(() => takeCensus(context, members, migrations, control))
      : { absent: 'Schemas were not looked at: --no-check.' },
    runs: await unlessEnded(() => runFacts(context, runs)),
    backups: await unlessEnded(() => backupFacts(context, members)),
  }
}

/** What is wrong with one part is no reason to be without the others. */
async function orWhy<Facts>(work: () => Promise<Facts>): Promise<Facts | Absent> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DbfleetError)) throw error
    return { absent: error.hint === undefined ? error.message : `${error.message}. ${error.hint}` }
  }
}

async function runFacts(context: FleetContext, limit: number): Promise<RunFacts | Absent> {
  if (context.config.control === false) {
    return { absent: 'Runs are not recorded: the configuration has control: false.' }
  }
  await using control = await openExistingControl(context)
  if (control === undefined) return { absent: 'Nothing was run yet: there is no control database.' }
  const facts = await recentRuns(control, limit)
  return facts.runs.length === 0 ? { absent: 'Nothing was run yet.' } : facts
}

async function backupFacts(
  context: FleetContext,
  members: readonly Member[],
): Promise<BackupFacts> {
  const store = await openStore(await storeSpecOf(context))
  return { place: store.location, ...(await newestCopies(store, members)) }
}
