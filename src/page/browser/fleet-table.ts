import type { PackedPage, PackedValue } from '../packed-page.js'

/** Databases that are alike in one column. */
export interface Filter {
  column: number
  group: number
}

/** What the page knows of each database. */
export class FleetTable {
  readonly names: readonly string[]
  readonly titles: readonly string[]
  readonly #lowerCase: readonly string[]
  readonly #values: readonly (readonly PackedValue[])[]
  readonly #of: readonly Uint32Array[]

  constructor({ names, columns }: PackedPage) {
    this.names = names
    this.titles = columns.map(({ title }) => title)
    this.#lowerCase = names.map(name => name.toLowerCase())
    this.#values = columns.map(({ values }) => values)
    this.#of = columns.map(({ runs }) => unpack(runs, names.length))
  }

  /** What a database has in a column. */
  value(row: number, column: number): PackedValue | undefined {
    return this.#values[column]?.[this.#of[column]?.[row] ?? -1]
  }

  /** The databases whose names hold a text, whatever its case; those that begin with it come first. */
  find(text: string, filter: Filter | undefined): number[] {
    const wanted = text.toLowerCase()
    const beginning: number[] = []
    const others: number[] = []
    for (const [row, name] of this.#lowerCase.entries()) {
      const at = name.indexOf(wanted)
      if (at === -1 || !this.#isIn(row, filter)) continue
      if (at === 0) beginning.push(row)
      else others.push(row)
    }
    return beginning.concat(others)
  }

  #isIn(row: number, filter: Filter | undefined): boolean {
    return filter === undefined || this.value(row, filter.column)?.group === filter.group
  }
}

/** Value, how often, value, how often, …: one value for each row. */
function unpack(runs: readonly number[], rows: number): Uint32Array {
  const all = new Uint32Array(rows)
  let row = 0
  for (let at = 0; at < runs.length; at += 2) {
    const end = row + (runs[at + 1] ?? 0)
    all.fill(runs[at] ?? 0, row, end)
    row = end
  }
  return all
}
