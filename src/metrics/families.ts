/**
 * Every metric, by name, with its help; the order is that of the file. All are gauges: they describe
 * the last run, and node_exporter refuses a file that has an `info` or an `unknown` in it.
 */
export const FAMILIES = {
  dbfleet_run_timestamp_seconds: 'When the last run ended.',
  dbfleet_run_duration_seconds: 'How long it took.',
  dbfleet_run_exit_status: 'Its exit status.',
  dbfleet_run_interrupted: 'Whether it was ended early by a signal (1) or not (0).',
  dbfleet_run_error: 'The error that ended it, if one did (1).',
  dbfleet_run_databases: 'Databases by what became of them.',
  dbfleet_run_failures: 'Databases that failed, by the code of their error.',
  dbfleet_run_migrations: 'Migrations in all databases together, by what became of them.',
  dbfleet_run_findings: 'What was found wrong, by severity and code.',
  dbfleet_run_finding_databases: 'Databases that findings of a severity and code are about.',
  dbfleet_status_pending_databases: 'Databases with pending migrations.',
  dbfleet_status_edited_databases: 'Databases with applied migrations that were edited since.',
  dbfleet_status_missing_databases: 'Databases with applied migrations that have no file.',
  dbfleet_status_position_databases: 'Databases by their newest applied migration.',
  dbfleet_check_schemas: 'Different schemas in the fleet.',
  dbfleet_check_drifted_databases: 'Databases with another schema than that of their position.',
  dbfleet_backup_complete: 'Whether every selected database is in the set (1) or not (0).',
  dbfleet_backup_proven_databases: 'Databases whose copy was restored and compared.',
  dbfleet_backup_unchanged_databases: 'Databases whose copy is that of an earlier set.',
  dbfleet_backup_stored_bytes: 'Size of the copies, those of earlier sets included.',
  dbfleet_backup_written_bytes: 'Size of the copies that were written by this run.',
  dbfleet_backup_raw_bytes: 'Size of the copies before they were compressed.',
  dbfleet_backup_rows: 'Rows in the copies.',
  dbfleet_verify_set_timestamp_seconds: 'When the backup of the set began.',
  dbfleet_verify_databases: 'Databases of the set by how closely they were looked at.',
  dbfleet_restore_rows: 'Rows that were restored.',
  dbfleet_sync_frames: 'Frames that replicas got.',
  dbfleet_prune_kept_sets: 'Backup sets that stay.',
  dbfleet_prune_removed_sets: 'Backup sets that were removed.',
  dbfleet_prune_unfinished_sets: 'Unfinished backup sets that stay.',
  dbfleet_prune_kept_bytes: 'Size of the objects of the sets that stay.',
  dbfleet_prune_removed_bytes: 'Size of the objects that were removed.',
} as const

export type FamilyName = keyof typeof FAMILIES

/** Labels by name. */
export type Labels = Readonly<Record<string, string>>

/** One number. */
export interface Sample {
  family: FamilyName
  /** Labels besides those that all samples of a run have. */
  labels?: Labels
  value: number
}

/** The labels that samples have by themselves. */
export const OWN_LABELS = [
  'verb',
  'status',
  'code',
  'severity',
  'outcome',
  'position',
  'looked',
] as const
