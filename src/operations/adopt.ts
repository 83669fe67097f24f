import type { ToolName } from '../adopt/foreign-tool.js'
import type { Journal } from '../control/journal.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import type { Selection } from '../fleet/selection.js'
import { findMigration } from '../migrate/choose.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import type { Migration } from '../migrate/migration.js'
import type { AdoptReport, AdoptRow } from '../report/adopt-rows.js'
import { type ErrorReport, reportError } from '../report/error-report.js'
import { type DatabaseResult, summarize } from '../report/fleet-report.js'
import { parseFailureBudget } from '../run/failure-budget.js'
import type { AdoptInit, AdoptItem, AdoptResult } from './adopt/adopt-job.js'
import { AdoptionSchemas } from './adopt/adoption-schemas.js'
import { type PlannedImport, planImport } from './adopt/import-migrations.js'
import { AdoptionJudge, type Verdict } from './adopt/judge-adoption.js'
import { writeImport } from './adopt/write-import.js'
import { crashReport } from './members/crash.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { runOnMembers } from './members/run-on-members.js'
import { select } from './members/select.js'
import { failedAlready, type LeasedWork, onLeased } from './runs/leased-work.js'
import { withRun } from './runs/with-run.js'
import { readSchemas } from './schemas/read-schemas.js'
import type { KnownSchema } from './schemas/schema-job.js'

export interface AdoptOptions extends Selection, RunControl {
  /** Whose ledger is believed; `none` goes by the schema alone. The default is the only one there. */
  from?: ToolName | 'none'
  /** The name of that ledger's table, where it is not the one that the tool has by default. */
  table?: string
  /** The migration that databases without a ledger are at. */
  baseline?: string
  /** Places databases without a ledger by their schema. */
  infer?: boolean
  /** A directory with migrations of another tool, which become dbfleet's. */
  import?: string
  /** Writes nothing. */
  dryRun?: boolean
}

/** What is to become of one database. */
type Judged = Verdict | { error: ErrorReport } | undefined

/**
 * Takes over databases that another tool migrated: reads its ledger, compares the schema with what
 * the recorded migrations make, and writes dbfleet's ledger where they agree.
 *
 * @throws UsageError for whatever makes the whole run impossible; nothing was touched
 */
export async function adopt(
  context: FleetContext,
  options: AdoptOptions = {},
): Promise<AdoptReport> {
  const began = performance.now()
  refuseContradictions(options)
  const { dryRun = false } = options
  // An import by itself touches no database, so it needs none to be chosen.
  const members = importsOnly(options) ? [] : await select(context, options, { changing: true })
  const imported = await importFrom(context, options)
  const migrations = imported?.migrations ?? (await loadMigrations(context.config.migrations))
  const judged = await judgeAll(context, members, migrations, options)
  const reportOf = (failures: ReadonlyMap<number, Failure>): AdoptReport => {
    const databases = members.map((member, index) =>
      rowOf(member, judged[index], failures.get(index)),
    )
    return {
      schema: 1,
      command: 'adopt',
      dryRun,
      imported: imported?.report ?? null,
      databases,
      summary: summarize(databases),
      durationMs: performance.now() - began,
      interrupted: options.signal?.aborted === true,
    }
  }
  if (dryRun) return reportOf(new Map())
  if (members.length === 0) {
    if (imported !== undefined) await writeImport(imported)
    return reportOf(new Map())
  }
  const { all, db, except, shard, from, baseline, infer } = options
  const record = {
    verb: 'adopt',
    options: { all, db, except, shard, tool: from, baseline, infer },
    migrations,
  }
  return withRun(context, record, async journal => {
    if (imported !== undefined) await writeImport(imported)
    const { failures, stopped } = await write(context, members, judged, { ...options, journal })
    return { ...reportOf(failures), ...(stopped !== undefined && { stopped }) }
  })
}

function importsOnly(options: AdoptOptions): boolean {
  const { all, db, except, shard } = options
  const selects = all === true || [db, except, shard].some(each => each !== undefined)
  return options.import !== undefined && !selects
}

async function importFrom(
  { config }: FleetContext,
  { import: directory, from }: AdoptOptions,
): Promise<PlannedImport | undefined> {
  if (directory === undefined) return undefined
  const tool = from === 'none' ? undefined : from
  return planImport(directory, { to: config.migrations, from: tool })
}

function refuseContradictions({ from, table, baseline, infer }: AdoptOptions): void {
  const refuse = (message: string, hint: string) => {
    throw new UsageError('bad-options', message, { hint })
  }
  if (baseline !== undefined && infer) {
    refuse('--baseline and --infer exclude each other', 'Leave one of them out.')
  }
  if (table !== undefined && (from === undefined || from === 'none')) {
    refuse('--table does not say whose ledger it is', 'Add --from <tool>.')
  }
  if (from === 'none' && baseline === undefined && !infer) {
    refuse('--from none does not say where the databases stand', 'Add --infer or --baseline.')
  }
}

/** Reads all databases, and judges those that are alike once. */
async function judgeAll(
  context: FleetContext,
  members: readonly Member[],
  migrations: readonly Migration[],
  options: AdoptOptions,
): Promise<Judged[]> {
  const { from, table, dryRun, infer = false } = options
  const baseline = options.baseline && findMigration(options.baseline, migrations)
  const known = await readSchemas(context, members, {
    ...options,
    mode: dryRun ? 'inspect' : 'read',
    ...(from !== 'none' && { foreign: { ...(from && { from }), ...(table && { table }) } }),
  })
  const schemas = new AdoptionSchemas(migrations, context.config.check?.ignore ?? [])
  const judge = new AdoptionJudge(migrations, schemas, {
    infer,
    ...(baseline && { baseline }),
    ...(from !== undefined && from !== 'none' && { from }),
  })
  const verdicts = new Map<string, Judged>()
  const judgeOne = async (schema: KnownSchema | undefined): Promise<Judged> => {
    if (schema === undefined || 'error' in schema) return schema
    const key = `${schema.engine} ${schema.key}`
    const verdict =
      verdicts.get(key) ??
      (await judge.judge(schema).catch(error => ({ error: reportError(error) })))
    verdicts.set(key, verdict)
    return verdict
  }
  const judged: Judged[] = []
  for (const schema of known) judged.push(await judgeOne(schema))
  return judged
}

/** What kept a ledger from being written; no error where the run ended before. */
interface Failure {
  error?: ErrorReport
}

/** @returns what kept it from being done, by index of the members where it was not done */
async function write(
  context: FleetContext,
  members: readonly Member[],
  judged: readonly Judged[],
  { journal, ...control }: RunControl & { journal: Journal },
): Promise<{ failures: Map<number, Failure>; stopped?: ErrorReport }> {
  const plans = [...new Set(judged)].filter(
    (each): each is Verdict => each !== undefined && 'entries' in each && each.entries.length > 0,
  )
  const numbers = new Map<Judged, number>(plans.map((plan, number) => [plan, number]))
  const work = members.flatMap((member, index) => {
    const plan = numbers.get(judged[index])
    return plan === undefined ? [] : [{ member, index, plan }]
  })
  const limit = control.maxFailures ?? context.config.maxFailures
  const budget = limit === undefined ? undefined : parseFailureBudget(limit, members.length)
  const unfit = judged.filter(each => each !== undefined && 'error' in each).length
  const init: AdoptInit = {
    plans: plans.map(({ entries, guards }) => ({ entries, guards })),
    busyTimeoutMs: control.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  // What nobody tells of was not run.
  const failures = new Map<number, Failure>(work.map(({ index }) => [index, {}]))
  const { refused, stopped } = await onLeased(
    context,
    journal,
    {
      items: work,
      nameOf: ({ member }) => member.name,
      total: members.length,
      ...decidedAlready(members, judged),
      async act(claimed, take, signal) {
        await runOnMembers<AdoptItem, AdoptResult>(
          context,
          claimed.map(({ member }) => member),
          {
            phase: 'adopt',
            spec: { name: 'adopt', init },
            item: (target, at) => ({ target, plan: claimed[at]?.plan ?? 0 }),
            crashed: message => ({ error: crashReport(message) }),
            reads: false,
            ...(budget && { budget: { exceededBy: failed => budget.exceededBy(failed + unfit) } }),
            async deliver(at, result) {
              const item = claimed[at] as (typeof work)[number]
              const { error } = result
              if (error === undefined) failures.delete(item.index)
              else failures.set(item.index, { error })
              await take(item, error ? { error } : { after: plans[item.plan]?.position })
              return result
            },
          },
          { ...control, signal },
        )
      },
    },
    control,
  )
  for (const { member, index } of work) {
    const error = refused.get(member.name)
    if (error !== undefined) failures.set(index, { error })
  }
  return { failures, ...(stopped !== undefined && { stopped }) }
}

/** What is recorded of those in which nothing is written. */
function decidedAlready(
  members: readonly Member[],
  judged: readonly Judged[],
): Pick<LeasedWork<unknown>, 'settled' | 'idle'> {
  const idle: Record<string, number> = {}
  const failed: DatabaseResult[] = []
  for (const [index, { name }] of members.entries()) {
    const verdict = judged[index]
    if (verdict === undefined) continue
    if ('error' in verdict) failed.push({ name, status: 'failed', error: verdict.error })
    else if (verdict.entries.length === 0) {
      const position = verdict.position ?? ''
      idle[position] = (idle[position] ?? 0) + 1
    }
  }
  return { settled: failedAlready(failed), idle }
}

function rowOf({ name, url }: Member, judged: Judged, failure: Failure | undefined): AdoptRow {
  const unknown = { url, tool: null, position: null, applied: [], remarks: [] }
  if (judged === undefined) return { name, status: 'not-run', ...unknown }
  if ('error' in judged) return { name, status: 'failed', error: judged.error, ...unknown }
  const { tool, position, entries, remarks } = judged
  if (failure !== undefined) {
    const { error } = failure
    return error === undefined
      ? { name, status: 'not-run', ...unknown, tool }
      : { name, status: 'failed', error, ...unknown, tool }
  }
  return {
    name,
    status: 'ok',
    url,
    tool,
    position,
    applied: entries.map(({ name }) => name),
    remarks,
  }
}
