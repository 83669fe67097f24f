import { Option } from 'commander'
import { UsageError } from '../errors/usage-error.js'
import type { DumpOptions } from '../operations/dump.js'
import { renderDump } from '../output/render-dump.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addSelector, collect, time } from './flags.js'
import { listenForInterruption } from './interruption.js'
import { openInvokedFleet } from './open.js'

/** After Ctrl-C: how long a reader that takes nothing is waited for. */
const GRACE_MS = 500

interface Flags extends Omit<DumpOptions, 'tables' | 'busyTimeoutMs'> {
  table?: string[]
  busyTimeout?: number
  json?: boolean
}

export const verb: VerbModule = {
  configure(command) {
    addSelector(command)
    command
      .option('--schema-only', 'no rows')
      .option('--data-only', 'only the rows, for a database that has the tables')
      .addOption(
        new Option(
          '--table <name>',
          'only this table, with its indexes and triggers; repeatable',
        ).argParser(collect),
      )
      .option('--out <file>', 'write to a new file; the default is standard output')
      .addOption(
        new Option('--busy-timeout <time>', 'wait so long for a lock, such as 10s').argParser(time),
      )
  },
  async run(invocation) {
    const { reporter } = invocation
    const { table, busyTimeout, json, ...options } = invocation.options as Flags
    if (json && options.out === undefined) throw noPlaceForText()
    const fleet = await openInvokedFleet(invocation)
    using interruption = listenForInterruption(() => {
      setTimeout(() => process.kill(process.pid, 'SIGINT'), GRACE_MS).unref()
    })
    const report = await fleet.dump(
      {
        ...options,
        signal: interruption.signal,
        ...(table !== undefined && { tables: table }),
        ...(busyTimeout !== undefined && { busyTimeoutMs: busyTimeout }),
      },
      pieces => reporter.stream(pieces),
    )
    for (const { remarks } of report.databases) {
      for (const remark of remarks) await reporter.note(remark)
    }
    // Standard output is the dump's; what went wrong is told beside it.
    const [row] = report.databases
    if (options.out !== undefined) await reporter.report(report, renderDump)
    else if (row?.error !== undefined) {
      const { message, ...error } = row.error
      await reporter.error({ ...error, message: `${row.name}: ${message}` })
    }
    return exitStatusOf(report)
  },
}

function noPlaceForText(): UsageError {
  return new UsageError('bad-options', 'with --json, standard output is for one JSON document', {
    hint: 'Write the dump to a file: --out dump.sql',
  })
}
