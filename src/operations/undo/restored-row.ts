import type { UndoRow } from '../../report/undo-rows.js'
import type { BackupUndo } from './plan-from-backup.js'

/**
 * What a row says of a database that was restored, besides what became of it.
 *
 * @param kept by name, where the databases are that were replaced
 */
export function restoredRow(
  { name, status }: Pick<UndoRow, 'name' | 'status'>,
  kept: ReadonlyMap<string, string>,
  { restorables, written }: Pick<BackupUndo, 'restorables' | 'written'>,
): Partial<UndoRow> {
  const place = kept.get(name)
  const since = written.get(name)
  const entry = restorables.get(name)?.entry
  return {
    ...(status === 'ok' && entry !== undefined && { position: entry.ledger?.position ?? null }),
    ...(place !== undefined && { kept: place }),
    ...(since !== undefined && { written: since }),
  }
}
