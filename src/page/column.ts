import { printable } from '../output/escape.js'
import type { Tone } from '../output/tone.js'
import type { PackedColumn, PackedValue } from './packed-page.js'

/** Databases that are alike in something. */
export interface PageGroup {
  words: string
  tone: Tone
  count: number
  /** Some of them. */
  names: string[]
  lines: string[]
}

const MOST_NAMES = 3

/** Gathers what each database has in one column, and which groups they form. */
export class ColumnBuilder {
  readonly groups: PageGroup[] = []
  /** Those groups that are causes of failures. */
  readonly failures = new Set<number>()
  readonly #title: string
  readonly #values: PackedValue[] = []
  readonly #known = new Map<string, number>()
  readonly #runs: number[] = []

  constructor(title: string) {
    this.#title = title
  }

  /** A group that databases can be put in; nothing shows it before. */
  group(words: string, tone: Tone, lines: readonly string[] = []): number {
    return this.groups.push({ words, tone, count: 0, names: [], lines: [...lines] }) - 1
  }

  /** The value of the next database. */
  add(name: string, value: PackedValue): void {
    const group = this.groups[value.group]
    if (group !== undefined) {
      group.count += 1
      if (group.names.length < MOST_NAMES) group.names.push(name)
    }
    const index = this.#indexOf(value)
    const last = this.#runs.length - 2
    if (last >= 0 && this.#runs[last] === index) this.#runs[last + 1]! += 1
    else this.#runs.push(index, 1)
  }

  build(): PackedColumn {
    return { title: this.#title, values: this.#values, runs: this.#runs }
  }

  #indexOf(value: PackedValue): number {
    const { text, tone, group, lines = [] } = value
    const key = `${group}\0${tone}\0${text}\0${lines.join('\0')}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const index = this.#values.length
    this.#known.set(key, index)
    this.#values.push({
      text: printable(text),
      tone,
      group,
      ...(lines.length > 0 && { lines: lines.map(printable) }),
    })
    return index
  }
}
