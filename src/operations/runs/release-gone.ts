import { stateOfMaker } from '../../backup/set-maker.js'
import type { Control } from '../../control/control-database.js'

/**
 * Frees what processes of this machine held that do not live any more, so that nobody waits for their
 * leases to end.
 */
export async function releaseGone(control: Control): Promise<void> {
  const holders = await control.read('SELECT id, process FROM holders WHERE process IS NOT NULL')
  const gone = holders.filter(({ process }) => stateOfMaker(parsed(process)) === 'gone')
  if (gone.length === 0) return
  await control.write(
    gone.map(({ id }) => ({ sql: 'DELETE FROM holders WHERE id = ?', args: [String(id)] })),
  )
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}
