import type { AdoptReport } from '../report/adopt-rows.js'
import type { BackupReport } from '../report/backup-rows.js'
import type { CheckReport } from '../report/check-report.js'
import type { DoctorReport } from '../report/doctor-report.js'
import type { DatabaseResult, Summary } from '../report/fleet-report.js'
import type { MigrateReport } from '../report/migrate-rows.js'
import type { PruneReport } from '../report/prune-report.js'
import type { RestoreReport } from '../report/restore-rows.js'
import type { StatusReport } from '../report/status-rows.js'
import type { SyncReport } from '../report/sync-rows.js'
import type { VerifyReport } from '../report/verify-report.js'
import { countBy } from './count-by.js'
import { describeFindings } from './describe-findings.js'
import { describePositions } from './describe-positions.js'
import type { FamilyName, Sample } from './families.js'

/** What reports of runs have in common. */
export interface MeasuredReport {
  command: string
  databases?: readonly Partial<DatabaseResult>[]
  summary?: Summary
  interrupted?: boolean
  /** Why it ended before all was done, when nobody interrupted it. */
  stopped?: { code: string }
}

/** What only the reports of one verb say. */
export function describeReport(report: MeasuredReport): Sample[] {
  switch (report.command) {
    case 'up':
    case 'down':
    case 'redo':
    case 'ensure':
      return describeMigrate(report as MigrateReport)
    case 'adopt':
      return outcome('recorded', countIn((report as AdoptReport).databases, 'applied'))
    case 'status':
      return describeStatus(report as StatusReport)
    case 'check':
      return describeCheck(report as CheckReport)
    case 'backup':
      return describeBackup(report as BackupReport)
    case 'verify':
      return describeVerify(report as VerifyReport)
    case 'restore':
      return describeRestore(report as RestoreReport)
    case 'sync':
      return [of('dbfleet_sync_frames', sum((report as SyncReport).databases, 'framesSynced'))]
    case 'prune':
      return describePrune(report as PruneReport)
    case 'doctor':
      return describeFindings((report as DoctorReport).findings)
    default:
      return []
  }
}

function describeMigrate({ command, databases }: MigrateReport): Sample[] {
  return [
    ...(command === 'down' ? [] : outcome('applied', countIn(databases, 'applied'))),
    ...(command === 'down' || command === 'redo'
      ? outcome('reverted', countIn(databases, 'reverted'))
      : []),
  ]
}

function describeStatus({ databases }: StatusReport): Sample[] {
  const having = (key: 'pending' | 'edited' | 'missing') =>
    databases.filter(row => row[key].length > 0).length
  return [
    of('dbfleet_status_pending_databases', having('pending')),
    of('dbfleet_status_edited_databases', having('edited')),
    of('dbfleet_status_missing_databases', having('missing')),
    ...describePositions(databases),
  ]
}

function describeCheck({ findings, census, databases, offline }: CheckReport): Sample[] {
  const drifted = databases.filter(({ asExpected }) => asExpected === false).length
  return [
    ...describeFindings(findings),
    ...(offline
      ? []
      : [
          of('dbfleet_check_schemas', census.length),
          of('dbfleet_check_drifted_databases', drifted),
        ]),
  ]
}

function describeBackup({ databases, complete }: BackupReport): Sample[] {
  const written = databases.filter(({ unchanged }) => !unchanged)
  return [
    of('dbfleet_backup_complete', Number(complete)),
    of('dbfleet_backup_proven_databases', databases.filter(({ proven }) => proven).length),
    of('dbfleet_backup_unchanged_databases', databases.length - written.length),
    of('dbfleet_backup_stored_bytes', sum(databases, 'storedBytes')),
    of('dbfleet_backup_written_bytes', sum(written, 'storedBytes')),
    of('dbfleet_backup_raw_bytes', sum(databases, 'rawBytes')),
    of('dbfleet_backup_rows', sum(databases, 'rows')),
  ]
}

function describeVerify({ databases, findings, startedAt }: VerifyReport): Sample[] {
  const looked = countBy(databases.map(row => row.looked ?? 'none'))
  return [
    ...describeFindings(findings),
    ...(startedAt === null
      ? []
      : [of('dbfleet_verify_set_timestamp_seconds', Date.parse(startedAt) / 1_000)]),
    ...[...looked].map(([look, value]) => ({
      ...of('dbfleet_verify_databases', value),
      labels: { looked: look },
    })),
  ]
}

function describeRestore({ databases }: RestoreReport): Sample[] {
  return [
    of('dbfleet_restore_rows', sum(databases, 'rows')),
    ...outcome('applied', countIn(databases, 'applied')),
  ]
}

function describePrune({ sets, unfinished, removedBytes }: PruneReport): Sample[] {
  const kept = sets.filter(({ removed }) => !removed)
  return [
    of('dbfleet_prune_kept_sets', kept.length),
    of('dbfleet_prune_removed_sets', sets.length - kept.length),
    of('dbfleet_prune_unfinished_sets', unfinished.filter(({ removed }) => !removed).length),
    of('dbfleet_prune_kept_bytes', sum(kept, 'storedBytes')),
    of('dbfleet_prune_removed_bytes', removedBytes),
  ]
}

function of(family: FamilyName, value: number): Sample {
  return { family, value }
}

function outcome(name: 'applied' | 'reverted' | 'recorded', value: number): Sample[] {
  return [{ ...of('dbfleet_run_migrations', value), labels: { outcome: name } }]
}

function sum<Key extends string>(rows: readonly Record<Key, number>[], key: Key): number {
  return rows.reduce((total, row) => total + row[key], 0)
}

function countIn<Key extends string>(
  rows: readonly { [key in Key]?: readonly unknown[] }[],
  key: Key,
): number {
  return rows.reduce((total, row) => total + (row[key]?.length ?? 0), 0)
}
