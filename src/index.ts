export type { Config, Secret, SourceConfig, UserConfig } from './config/config.js'
export { defineConfig } from './config/define-config.js'
export { DbfleetError } from './errors/dbfleet-error.js'
export { UsageError } from './errors/usage-error.js'
export type { Selection } from './fleet/selection.js'
export type { AdoptOptions } from './operations/adopt.js'
export type { BackupOptions } from './operations/backup.js'
export type { CheckOptions } from './operations/check.js'
export type { CreateOptions } from './operations/create/creation.js'
export { createKeys, type KeysOptions } from './operations/create-keys.js'
export { createToken, type TokenOptions } from './operations/create-token.js'
export type { DiffOptions } from './operations/diff.js'
export { doctor } from './operations/doctor/doctor.js'
export type { DoctorOptions } from './operations/doctor/doctor-options.js'
export type { DownOptions } from './operations/down.js'
export type { DumpOptions, DumpSink } from './operations/dump.js'
export type { Ensured, EnsureOptions } from './operations/ensurer.js'
export type { Fleet } from './operations/fleet.js'
export type { OpenFleetOptions } from './operations/fleet-config.js'
export type { ResumeOptions } from './operations/go-on.js'
export { init } from './operations/init.js'
export type { RunControl, RunProgress } from './operations/members/run-control.js'
export type { NewOptions } from './operations/new-migration.js'
export { openFleet } from './operations/open-fleet.js'
export type { PruneOptions } from './operations/prune.js'
export type { QueryOptions } from './operations/query.js'
export type { RedoOptions } from './operations/redo.js'
export type { ReportOptions } from './operations/report.js'
export type { RestoreOptions } from './operations/restore/restore-options.js'
export type { RefusedError } from './operations/runs/refused-error.js'
export type { StatusOptions } from './operations/status.js'
export type { SyncOptions } from './operations/sync.js'
export type { UndoOptions } from './operations/undo.js'
export type { UpOptions } from './operations/up.js'
export type { VerifyOptions } from './operations/verify.js'
export type {
  AdoptReport,
  AdoptRow,
  ImportedMigration,
  ImportReport,
} from './report/adopt-rows.js'
export type { BackupReport, BackupRow } from './report/backup-rows.js'
export type {
  CheckReport,
  CheckRow,
  Finding,
  SchemaGroup,
  Severity,
} from './report/check-report.js'
export type { CompletionReport } from './report/completion-report.js'
export type { DiffReport, SchemaDifference } from './report/diff-report.js'
export type { DoctorFinding, DoctorReport } from './report/doctor-report.js'
export type { DumpReport, DumpRow } from './report/dump-rows.js'
export type { ErrorReport } from './report/error-report.js'
export type { DatabaseResult, DatabaseStatus, FleetReport, Summary } from './report/fleet-report.js'
export type { InitReport } from './report/init-report.js'
export type { KeysReport } from './report/keys-report.js'
export type { ListReport, ListRow } from './report/list-rows.js'
export type { MigrateReport, MigrateRow } from './report/migrate-rows.js'
export type { NewReport } from './report/new-report.js'
export type { PageReport } from './report/page-report.js'
export type { PlanGroup, PlanReport, PlanRow, PlanSql, PlanStep } from './report/plan-report.js'
export type { ProvisionReport, ProvisionRow } from './report/provision-rows.js'
export type { PruneReport, PruneRow, UnfinishedRow } from './report/prune-report.js'
export type { QueryReport, QueryRow, QueryRows, RowSink, SqlValue } from './report/query-rows.js'
export type { RestoreReport, RestoreRow } from './report/restore-rows.js'
export type { RunDatabaseRow, RunReport, RunRow, RunsReport } from './report/run-rows.js'
export type { StatusReport, StatusRow } from './report/status-rows.js'
export type { SyncReport, SyncRow } from './report/sync-rows.js'
export type { TokenReport } from './report/token-report.js'
export type {
  UndoPlan,
  UndoPlanRow,
  UndoReport,
  UndoRow,
  WrittenSince,
} from './report/undo-rows.js'
export type { VerifyReport, VerifyRow } from './report/verify-report.js'
export { version } from './version.js'
