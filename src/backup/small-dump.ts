import { commandsIn } from './dump-commands.js'
import { type DumpAction, DumpCourse, type PlacedSql } from './dump-course.js'
import type { KnownStatements } from './known-statements.js'

/** The statements of a dump that fits into memory, in the order in which they are quickest. */
export interface SmallDump {
  /** Settings that come before anything is written. */
  first: PlacedSql[]
  /**
   * Tables, and then indexes: of few rows, what their generated columns are is then computed only once.
   */
  schema: PlacedSql[]
  /** Rows and all else in its turn, and then triggers, which must not see the rows come. */
  rest: PlacedSql[]
  /** What only libSQL loads, if there is any. */
  foreign: string | undefined
  /** Whether a virtual table is made, whose module may remember more than can be rolled back. */
  hasVirtualTable: boolean
}

/**
 * @param known of dumps before this one
 * @returns `undefined` when only a file can be made of it
 * @throws DbfleetError `bad-dump`, and what `pieces` throws
 */
export async function readSmallDump(
  pieces: AsyncIterable<Uint8Array>,
  known?: KnownStatements,
): Promise<SmallDump | undefined> {
  const course = new DumpCourse()
  const actions: DumpAction[] = []
  let hasVirtualTable = false
  const read: Uint8Array[] = []
  for await (const piece of pieces) read.push(piece)
  for (const command of commandsIn(Buffer.concat(read), known)) {
    const action = course.take(command)
    hasVirtualTable ||= command.kind === 'create' && command.object === 'virtual table'
    if (action?.when === 'entry') return undefined
    if (action !== undefined) actions.push(action)
  }
  course.finish()
  const all = (...whens: DumpAction['when'][]) => actions.filter(({ when }) => whens.includes(when))
  return {
    first: all('at first'),
    schema: [...all('table'), ...all('index')],
    rest: [...all('in turn'), ...all('trigger')],
    foreign: course.foreign,
    hasVirtualTable,
  }
}
