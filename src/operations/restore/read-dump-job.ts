import { dumpCommands, type PlacedCommand } from '../../backup/dump-commands.js'
import { type DumpSource, textOf } from '../../backup/dump-source.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { Job } from '../../run/job.js'

export interface ReadDumpInit {
  source: DumpSource
  /** Whether values are read where rows are plain, for an engine that takes them. */
  values: boolean
}

/** The next commands of a dump, and what there is besides. */
export interface CommandBatch {
  commands: PlacedCommand[]
  /** Opens the object that they come from, if it is encrypted. In memory only. */
  fileKey?: Uint8Array
  /** What went wrong behind the commands. */
  error?: ErrorReport
  isLast: boolean
}

/** About so many characters are sent at once: each message takes its time. */
const TOGETHER = 1 << 18

/** Reads a dump for another thread, which asks for one batch after another. */
export async function readDumpJob({
  source,
  values,
}: ReadDumpInit): Promise<Job<null, CommandBatch>> {
  let fileKey: Uint8Array | undefined
  const text = textOf(source, key => {
    fileKey = key
  })
  const commands = dumpCommands(text, { values })

  return {
    async run() {
      const batch: CommandBatch = { commands: [], isLast: false }
      try {
        for (let size = 0; size < TOGETHER; ) {
          const { done, value } = await commands.next()
          if (done === true) return result({ ...batch, isLast: true })
          batch.commands.push(value)
          size += sizeOf(value)
        }
        return result(batch)
      } catch (error) {
        return result({ ...batch, error: reportError(error), isLast: true })
      }
    },
  }

  function result(batch: CommandBatch) {
    return { result: { ...batch, ...(fileKey !== undefined && { fileKey }) }, failed: false }
  }
}

function sizeOf(command: PlacedCommand): number {
  if (command.kind !== 'insert') return 'sql' in command ? command.sql.length : 0
  const { rows, values = [] } = command.insert
  let size = rows.length
  for (const value of values) size += typeof value === 'string' ? value.length : 8
  return size
}
