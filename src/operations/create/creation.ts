import type { Member } from '../../fleet/member.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { RunControl } from '../members/run-control.js'

export interface CreateOptions extends Pick<RunControl, 'signal' | 'kill' | 'onProgress'> {
  /** Which source makes them: its number from 1, or its kind. The default: the first that can. */
  source?: string
}

/** A database that was made, and where. */
export interface Made {
  /** As it is shown. */
  url: string
}

/** What became of a database that was to be made; undefined when the run was ended before. */
export type Creation = Made | ErrorReport | undefined

/** Hears of each, as soon as it is known what became of it. */
export type TakeCreation = (member: Member, creation: Creation) => Promise<void>

/** Makes databases of one schema; `take` is not told of those that were not reached. */
export type MakeDatabases = (
  members: readonly Member[],
  options: CreateOptions,
  take: TakeCreation,
) => Promise<void>
