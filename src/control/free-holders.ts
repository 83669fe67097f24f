import type { Control } from './control-database.js'

/**
 * Frees what processes held that do not live any more, so that nobody waits for their leases to end.
 *
 * @param isGone whether a process, as it described itself, is certain to have ended
 */
export async function freeHolders(
  control: Control,
  isGone: (process: string) => boolean,
): Promise<void> {
  const holders = await control.read('SELECT id, process FROM holders WHERE process IS NOT NULL')
  const gone = holders.filter(({ process }) => isGone(String(process)))
  if (gone.length === 0) return
  await control.write(
    gone.map(({ id }) => ({ sql: 'DELETE FROM holders WHERE id = ?', args: [String(id)] })),
  )
}
