import { existsSync } from 'node:fs'
import type { ManifestEntry } from '../../backup/manifest.js'
import { UsageError } from '../../errors/usage-error.js'
import { loadMigrations } from '../../migrate/load-migrations.js'

/**
 * Refuses databases that have migrations which the repository lacks: the program of that repository
 * does not know their schema. Where there is no directory of migrations, nothing is compared.
 *
 * @throws UsageError `set-ahead`
 */
export async function refuseAhead(
  directory: string,
  entries: readonly ManifestEntry[],
): Promise<void> {
  if (!existsSync(directory)) return
  const names = (await loadMigrations(directory)).map(({ name }) => name)
  const ahead = entries.filter(entry => isAhead(entry, names))
  const [first] = ahead
  if (first === undefined) return
  const position = first.ledger?.position ?? ''
  const others = ahead.length === 1 ? '' : `, and so have ${ahead.length - 1} others`
  throw new UsageError(
    'set-ahead',
    names.includes(position)
      ? `${first.name} has more migrations up to ${position} than ${directory}${others}`
      : `${first.name} has the migration ${position}, which ${directory} lacks${others}`,
    {
      hint: 'Nothing was restored. Take the migrations of the time of the backup, or restore with --allow-ahead.',
    },
  )
}

function isAhead({ ledger }: ManifestEntry, names: readonly string[]): boolean {
  const { position = null, applied = 0 } = ledger ?? {}
  return position !== null && applied > names.indexOf(position) + 1
}
