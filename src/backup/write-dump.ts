import type { Snapshot } from '../database/database.js'
import type { DumpPlan } from './dump-plan.js'
import { smallTable } from './small-table.js'
import { tableRows } from './table-rows.js'

/** The first line of every dump that dbfleet wrote; the number is the version of the format. */
export const DUMP_HEADER = '-- dbfleet dump 1\n'

/** A piece of a dump's text. */
export interface DumpPiece {
  bytes: Uint8Array
  /** Whether it is content: the objects and rows, which the digest covers. */
  content: boolean
}

/**
 * The text of a dump, piece by piece: some bytes up to some megabytes each, never the whole. It
 * ends in `COMMIT;` when it is whole, and only then. Two dumps of one state are the same bytes.
 *
 * @param tell is told how many rows each table of the content has, as they have been written
 */
export async function* writeDump(
  snapshot: Snapshot,
  plan: DumpPlan,
  tell?: (table: { name: string; rows: number }) => void,
): AsyncGenerator<DumpPiece> {
  yield { bytes: Buffer.from(DUMP_HEADER + remarkLines(plan)), content: false }
  for (const step of plan.steps) {
    if ('text' in step) {
      if (step.text !== '') yield { bytes: Buffer.from(step.text), content: step.content }
    } else {
      const { content, rows: source } = step
      const small = plan.isSmall ? await smallTable(snapshot, source) : undefined
      if (small !== undefined) {
        if (small.rows > 0) yield { bytes: small.statements, content }
        if (content) tell?.({ name: source.table, rows: small.rows })
        continue
      }
      const pieces = tableRows(snapshot, source, plan.encoding)
      let piece = await pieces.next()
      for (; piece.done !== true; piece = await pieces.next()) yield { bytes: piece.value, content }
      if (content) tell?.({ name: source.table, rows: piece.value })
    }
  }
}

function remarkLines({ remarks }: DumpPlan): string {
  return remarks
    .map(({ text, lost }) => `-- ${lost ? 'NOT CARRIED: ' : ''}${text.replace(/[\r\n\0]/g, ' ')}\n`)
    .join('')
}
