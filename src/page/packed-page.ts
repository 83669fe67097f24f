import type { Tone } from '../output/tone.js'

/**
 * What the page's script is given: for each database a row, column by column, since one of 100,000 has
 * mostly the same values as its neighbour. Texts are for eyes: control characters are visible.
 */
export interface PackedPage {
  /** Sorted as the fleet is. */
  names: string[]
  columns: PackedColumn[]
}

export interface PackedColumn {
  title: string
  values: PackedValue[]
  /** Which of the values the databases have, in their order: value, how often, value, how often, … */
  runs: number[]
}

export interface PackedValue {
  text: string
  tone: Tone
  /** The group of the page's tables that databases with this value are in; -1 for none. */
  group: number
  /** What is said besides where one database is shown. */
  lines?: string[]
}
