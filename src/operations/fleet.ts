import type { Selection } from '../fleet/selection.js'
import type { AdoptReport } from '../report/adopt-rows.js'
import type { BackupReport } from '../report/backup-rows.js'
import type { CheckReport } from '../report/check-report.js'
import type { DiffReport } from '../report/diff-report.js'
import type { DumpReport } from '../report/dump-rows.js'
import type { ListReport } from '../report/list-rows.js'
import type { MigrateReport } from '../report/migrate-rows.js'
import type { NewReport } from '../report/new-report.js'
import type { PageReport } from '../report/page-report.js'
import type { PlanReport } from '../report/plan-report.js'
import type { ProvisionReport } from '../report/provision-rows.js'
import type { PruneReport } from '../report/prune-report.js'
import type { QueryReport, RowSink } from '../report/query-rows.js'
import type { RestoreReport } from '../report/restore-rows.js'
import type { RunReport, RunsReport } from '../report/run-rows.js'
import type { StatusReport } from '../report/status-rows.js'
import type { SyncReport } from '../report/sync-rows.js'
import type { UndoPlan, UndoReport } from '../report/undo-rows.js'
import type { VerifyReport } from '../report/verify-report.js'
import type { AdoptOptions } from './adopt.js'
import type { BackupOptions } from './backup.js'
import type { CheckOptions } from './check.js'
import type { CreateOptions } from './create/creation.js'
import type { DiffOptions } from './diff.js'
import type { DownOptions } from './down.js'
import type { DumpOptions, DumpSink } from './dump.js'
import type { Ensured, EnsureOptions, Ensurer } from './ensurer.js'
import type { ResumeOptions } from './go-on.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import type { NewOptions } from './new-migration.js'
import type { PruneOptions } from './prune.js'
import type { QueryOptions } from './query.js'
import type { RedoOptions } from './redo.js'
import type { ReportOptions } from './report.js'
import type { RestoreOptions } from './restore/restore-options.js'
import type { RunSelection } from './runs.js'
import type { StatusOptions } from './status.js'
import type { SyncOptions } from './sync.js'
import type { UndoOptions } from './undo.js'
import type { UpOptions } from './up.js'
import type { VerifyOptions } from './verify.js'

/**
 * All databases that a configuration names, with the verbs of the command line as methods. They
 * print nothing; what happens to a database is a row of the report they return, and only what makes
 * a whole run impossible is thrown, as `UsageError`, before anything is touched.
 */
export class Fleet {
  readonly #context: FleetContext
  #ensurer: Ensurer | undefined

  /** @internal Use `openFleet`. */
  constructor(context: FleetContext) {
    this.#context = context
  }

  /** The databases; opens none of them. */
  async list(selection: Selection = {}): Promise<ListReport> {
    const { list } = await import('./list.js')
    return list(this.#context, selection)
  }

  /** Makes databases at the expected schema. */
  async create(names: readonly string[], options: CreateOptions = {}): Promise<ProvisionReport> {
    const { create } = await import('./create.js')
    return create(this.#context, names, options)
  }

  /** The databases that `destroy` would remove. */
  async findDoomed(names: readonly string[]): Promise<{ name: string; url: string }[]> {
    const { findDoomed } = await import('./destroy.js')
    return findDoomed(this.#context, names)
  }

  /** Removes databases, without asking. */
  async destroy(names: readonly string[]): Promise<ProvisionReport> {
    const { destroy } = await import('./destroy.js')
    return destroy(this.#context, names)
  }

  /** Applies pending migrations. */
  async up(options: UpOptions = {}): Promise<MigrateReport> {
    const { up } = await import('./up.js')
    return up(this.#context, options)
  }

  /**
   * Brings one database up to date, for an application that is about to open it: one read of the ledger
   * when there is nothing to do, safe against a running `up` and any number of openings at once. The
   * migrations are read once for this fleet.
   *
   * @example
   * await fleet.ensure('alice')
   *
   * @throws UsageError when there is no such database, or an applied migration was edited; DbfleetError
   * when it could not be migrated. A database that a newer release has migrated is left as it is.
   */
  async ensure(name: string, options: EnsureOptions = {}): Promise<Ensured> {
    const { Ensurer } = await import('./ensurer.js')
    this.#ensurer ??= new Ensurer(this.#context)
    return this.#ensurer.ensure(name, options)
  }

  /** The newest runs, newest first. */
  async runs(options: { limit?: number } = {}): Promise<RunsReport> {
    const { runs } = await import('./runs.js')
    return runs(this.#context, options)
  }

  /** One run, and what it did to each database, or to those that are selected. */
  async showRun(id: number, selection: RunSelection = {}): Promise<RunReport> {
    const { showRun } = await import('./runs.js')
    return showRun(this.#context, id, selection)
  }

  /** Goes on with a run that ended before all was done; the newest such run without a number. */
  async resume(id?: number, options: ResumeOptions = {}): Promise<MigrateReport> {
    const { resume } = await import('./go-on.js')
    return resume(this.#context, id, options)
  }

  /** Helps a run that another process began, until it is done. */
  async join(id: number, options: RunControl = {}): Promise<MigrateReport> {
    const { join } = await import('./go-on.js')
    return join(this.#context, id, options)
  }

  /** What `up` would do; changes nothing. */
  async planUp(options: UpOptions & { withSql?: boolean } = {}): Promise<PlanReport> {
    const { dryRunUp } = await import('./up.js')
    return dryRunUp(this.#context, options)
  }

  /** Reverts the newest migration, or more. */
  async down(options: DownOptions = {}): Promise<MigrateReport> {
    const { down } = await import('./down.js')
    return down(this.#context, options)
  }

  /** What `down` would do; changes nothing. */
  async planDown(options: DownOptions & { withSql?: boolean } = {}): Promise<PlanReport> {
    const { dryRunDown } = await import('./down.js')
    return dryRunDown(this.#context, options)
  }

  /** Reverts the newest migration of each database and applies it again. */
  async redo(options: RedoOptions = {}): Promise<MigrateReport> {
    const { redo } = await import('./redo.js')
    return redo(this.#context, options)
  }

  /**
   * Takes back what a run did, in the databases that it changed, and only there.
   *
   * @param run its number
   * @example
   * const { run } = await fleet.up({ all: true })
   * if (run !== undefined) await fleet.undo(run)
   */
  async undo(run: number, options: UndoOptions = {}): Promise<UndoReport> {
    const { undo } = await import('./undo.js')
    return undo(this.#context, run, options)
  }

  /** What `undo` would do; changes nothing. */
  async planUndo(
    run: number,
    options: UndoOptions & { withSql?: boolean } = {},
  ): Promise<UndoPlan> {
    const { dryRunUndo } = await import('./undo.js')
    return dryRunUndo(this.#context, run, options)
  }

  /**
   * Takes over databases that another tool migrated.
   *
   * @example
   * await fleet.adopt({ all: true, from: 'dbmate' })
   */
  async adopt(options: AdoptOptions = {}): Promise<AdoptReport> {
    const { adopt } = await import('./adopt.js')
    return adopt(this.#context, options)
  }

  /** Where each database stands. */
  async status(options: StatusOptions = {}): Promise<StatusReport> {
    const { status } = await import('./status.js')
    return status(this.#context, options)
  }

  /**
   * Writes one HTML page that shows the fleet: positions, schemas, runs and backups.
   *
   * @example
   * await fleet.report({ out: 'report.html' })
   */
  async report(options: ReportOptions): Promise<PageReport> {
    const { report } = await import('./report.js')
    return report(this.#context, options)
  }

  /** Brings embedded replicas up to date with their primaries. */
  async sync(options: SyncOptions = {}): Promise<SyncReport> {
    const { sync } = await import('./sync.js')
    return sync(this.#context, options)
  }

  /**
   * Writes one database as SQL text, to a file (`out`) or in pieces to a function.
   *
   * @example
   * await fleet.dump({ db: ['alice'], out: 'alice.sql' })
   */
  async dump(options: DumpOptions = {}, sink?: DumpSink): Promise<DumpReport> {
    const { dump } = await import('./dump.js')
    return dump(this.#context, options, sink)
  }

  /**
   * Makes a backup set: a directory with the dump of each database, proven by restoring it.
   *
   * @example
   * await fleet.backup({ out: '/srv/backups' })
   */
  async backup(options: BackupOptions = {}): Promise<BackupReport> {
    const { backup } = await import('./backup.js')
    return backup(this.#context, options)
  }

  /** What `prune` would remove; removes nothing. */
  async planPrune(options: PruneOptions): Promise<PruneReport> {
    const { planPrune } = await import('./prune.js')
    return planPrune(this.#context, options)
  }

  /**
   * Removes backup sets that no rule keeps, without asking.
   *
   * @example
   * await fleet.prune({ keepLast: 3, keepDaily: 7, keepMonthly: 12 })
   */
  async prune(options: PruneOptions): Promise<PruneReport> {
    const { prune } = await import('./prune.js')
    return prune(this.#context, options)
  }

  /**
   * Finds what is wrong with a backup set; changes nothing.
   *
   * @param set a path, a name in the configured place, or `latest`
   * @example
   * const { findings } = await fleet.verify('latest', { restore: true, sample: '5%' })
   */
  async verify(set: string, options: VerifyOptions = {}): Promise<VerifyReport> {
    const { verify } = await import('./verify.js')
    return verify(this.#context, set, options)
  }

  /**
   * Makes databases of a backup set, or one of a dump.
   *
   * @param from a path of either, the name of a set in the configured place, or `latest`
   * @example
   * await fleet.restore('latest', { db: ['alice'], as: 'alice-of-yesterday' })
   */
  async restore(from: string, options: RestoreOptions = {}): Promise<RestoreReport> {
    const { restore } = await import('./restore.js')
    return restore(this.#context, from, options)
  }

  /**
   * Runs one statement that only reads on each database, and gives the rows to `take` as they come.
   *
   * @example
   * const counts = new Map()
   * await fleet.query('SELECT count(*) FROM notes', {}, ({ database, rows }) => {
   *   counts.set(database, rows[0]?.[0])
   * })
   */
  async query(sql: string, options: QueryOptions, take: RowSink): Promise<QueryReport> {
    const { query } = await import('./query.js')
    return query(this.#context, sql, options, take)
  }

  /** Looks for what is wrong with the migrations, and for databases that drifted. */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    const { check } = await import('./check.js')
    return check(this.#context, options)
  }

  /** Compares two schemas: of databases, files, directories of migrations. */
  async diff(from: string, to: string, options: DiffOptions = {}): Promise<DiffReport> {
    const { diff } = await import('./diff.js')
    return diff(this.#context, from, to, options)
  }

  /** The names of all migrations, in their order. */
  async migrationNames(): Promise<string[]> {
    const { loadMigrations } = await import('../migrate/load-migrations.js')
    const migrations = await loadMigrations(this.#context.config.migrations)
    return migrations.map(({ name }) => name)
  }

  /** Writes a new migration. */
  async newMigration(name: string, options: NewOptions = {}): Promise<NewReport> {
    const { newMigration } = await import('./new-migration.js')
    return newMigration(this.#context.config, name, options)
  }
}
