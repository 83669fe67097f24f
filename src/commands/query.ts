import { Option } from 'commander'
import { UsageError } from '../errors/usage-error.js'
import type { QueryOptions } from '../operations/query.js'
import { Handover } from '../output/handover.js'
import { queryDocument } from '../output/query-document.js'
import { formatRows, QUERY_FORMATS, type QueryFormat } from '../output/query-formats.js'
import { queryTotals, queryTroubles } from '../output/query-troubles.js'
import type { QueryRows, SqlValue } from '../report/query-rows.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addRunControl, addSelector } from './flags.js'
import { openInvokedFleet, watched } from './open.js'
import { sqlParameter } from './sql-parameter.js'

interface Flags extends QueryOptions {
  format?: QueryFormat
  param?: SqlValue[]
  json?: boolean
}

export const verb: VerbModule = {
  configure(command) {
    addSelector(command)
    command
      .argument('<sql>', 'one statement that only reads')
      .addOption(
        new Option('--param <value>', "for the statement's next `?`; repeatable").argParser(
          (text, earlier: SqlValue[] | undefined) => [...(earlier ?? []), sqlParameter(text)],
        ),
      )
      .addOption(new Option('--format <format>', 'the default is table').choices(QUERY_FORMATS))
    addRunControl(command, { changing: false })
  },
  async run(invocation) {
    const { reporter, args } = invocation
    const { param: params = [], format, json = false, ...options } = invocation.options as Flags
    if (json && format !== undefined) {
      throw new UsageError('bad-options', '--json and --format exclude each other', {
        hint: 'Leave one of them out; --format jsonl is one document a row.',
      })
    }
    const fleet = await openInvokedFleet(invocation)
    const pages = new Handover<QueryRows>()
    const sameColumns = format === 'csv'
    const running = watched(
      invocation,
      control =>
        fleet.query(args[0] ?? '', { ...options, ...control, params, sameColumns }, page =>
          pages.put(page),
        ),
      // A line that is drawn over cannot share the terminal with rows.
      { progress: false },
    ).finally(() => pages.end())
    // It is awaited when all rows are written.
    running.catch(() => {})
    try {
      if (json) await reporter.document(queryDocument(pages, running))
      else await reporter.stream(screen => formatRows(format ?? 'table', pages, screen))
    } finally {
      await Promise.allSettled([running])
    }
    const report = await running
    if (!json) {
      for (const trouble of queryTroubles(report)) await reporter.error(trouble)
      if (report.interrupted || (format ?? 'table') === 'table') {
        await reporter.note(queryTotals(report))
      }
    }
    return exitStatusOf(report)
  },
}
