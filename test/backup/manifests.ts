import { createHash } from 'node:crypto'
import type { Manifest, ManifestEntry } from '../../src/backup/manifest.js'
import { summarize } from '../../src/report/fleet-report.js'

export const SHA = 'a'.repeat(64)

/** An entry as `backup` writes it. */
export function entryOf(name: string): ManifestEntry & { object: object } {
  return {
    name,
    url: `file:/srv/${name}.db`,
    status: 'ok',
    proven: true,
    object: {
      file: `databases/${name}.sql.gz`,
      compression: 'gzip',
      storedBytes: 10,
      storedSha256: SHA,
      rawBytes: 20,
      rawSha256: SHA,
    },
    snapshotAt: '2026-01-05T09:00:00.000Z',
    digest: `dump1-sha256:${SHA}`,
    schemaFingerprint: null,
    ledger: { position: null, applied: 0 },
    tables: [{ name: 't', rows: 3 }],
    remarks: [],
  }
}

/** A sound manifest of these databases. */
export function manifestWith(databases: ManifestEntry[]): Manifest {
  return {
    format: 'dbfleet-backup-set',
    version: 1,
    set: '20260105T090000Z',
    dbfleet: '0.1.0',
    startedAt: '2026-01-05T09:00:00.000Z',
    finishedAt: '2026-01-05T09:00:01.000Z',
    startedSha256: SHA,
    complete: databases.every(({ status }) => status === 'ok'),
    summary: { ...summarize(databases), proven: databases.filter(({ proven }) => proven).length },
    databases,
  }
}

/** The file that holds a manifest's hash, as text. */
export function sumOf(manifest: string): string {
  return `${createHash('sha256').update(manifest).digest('hex')}  manifest.json\n`
}
