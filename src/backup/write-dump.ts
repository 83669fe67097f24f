import type { Snapshot } from '../database/database.js'
import type { DumpPlan } from './dump-plan.js'
import { smallTable } from './small-table.js'
import { tableRows } from './table-rows.js'

/** The first line of every dump that dbfleet wrote; the number is the version of the format. */
export const DUMP_HEADER = '-- dbfleet dump 1\n'

/** Short texts are put together up to this, in characters, so that each piece is worth its way. */
const GATHER = 1 << 17

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
  let gathered = { text: DUMP_HEADER + remarkLines(plan), content: false }
  for (const step of plan.steps) {
    const { content } = step
    if (gathered.content !== content || gathered.text.length > GATHER) {
      yield* pieceOf(gathered)
      gathered = { text: '', content }
    }
    if ('text' in step) {
      gathered.text += step.text
      continue
    }
    const small = plan.isSmall ? await smallTable(snapshot, step.rows) : undefined
    if (small !== undefined) {
      gathered.text += small.statements
      if (content) tell?.({ name: step.rows.table, rows: small.rows })
      continue
    }
    yield* pieceOf(gathered)
    gathered = { text: '', content }
    const pieces = tableRows(snapshot, step.rows, plan.encoding)
    let piece = await pieces.next()
    for (; piece.done !== true; piece = await pieces.next()) yield { bytes: piece.value, content }
    if (content) tell?.({ name: step.rows.table, rows: piece.value })
  }
  yield* pieceOf(gathered)
}

function* pieceOf({ text, content }: { text: string; content: boolean }): Generator<DumpPiece> {
  if (text !== '') yield { bytes: Buffer.from(text), content }
}

function remarkLines({ remarks }: DumpPlan): string {
  return remarks
    .map(({ text, lost }) => `-- ${lost ? 'NOT CARRIED: ' : ''}${text.replace(/[\r\n\0]/g, ' ')}\n`)
    .join('')
}
