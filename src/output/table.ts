import { displayWidth, padEnd } from './display-width.js'
import type { Screen } from './terminal.js'
import { paint, type Tone } from './tone.js'
import { truncate } from './truncate.js'

export interface Column {
  header: string
  /** Which end of a cell is kept when it must be cut; default `start`. */
  keep?: 'start' | 'end'
}

/** A printable text, or one with a tone. */
export type Cell = string | { text: string; tone: Tone }

const GAP = '  '
const NARROWEST = 6

/** An aligned table, without lines or trailing spaces, cut to the screen's width. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  screen: Screen,
): string[] {
  const { header, line } = layOutTable(columns, rows, screen)
  return [header, ...rows.map(line)]
}

/** The same for rows that come one by one; the widths are those of a sample. */
export function layOutTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  screen: Screen,
): { header: string; line(cells: readonly Cell[]): string } {
  const natural = columns.map(({ header }, index) =>
    rows.reduce(
      (widest, row) => Math.max(widest, displayWidth(textOf(row[index]))),
      displayWidth(header),
    ),
  )
  const widths = fitInto(screen.width - GAP.length * (columns.length - 1), natural)
  const line = (cells: readonly Cell[]) =>
    columns
      .map(({ keep }, index) => {
        const width = widths[index] ?? 0
        return padEnd(
          painted(truncate(textOf(cells[index]), width, keep), cells[index], screen),
          width,
        )
      })
      .join(GAP)
      .trimEnd()
  return { header: screen.colours.bold(line(columns.map(({ header }) => header))), line }
}

/** Takes from the widest column until all fit; the narrow ones say most in the least room. */
function fitInto(room: number, natural: readonly number[]): number[] {
  const widths = [...natural]
  let excess = widths.reduce((total, width) => total + width, 0) - room
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths))
    if (widths[widest]! <= NARROWEST) break
    widths[widest]! -= 1
    excess -= 1
  }
  return widths
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'string' ? cell : (cell?.text ?? '')
}

function painted(text: string, cell: Cell | undefined, { colours }: Screen): string {
  return typeof cell === 'object' ? paint(text, cell.tone, colours) : text
}
