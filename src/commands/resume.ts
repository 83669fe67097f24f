import { Option } from 'commander'
import type { ResumeOptions } from '../operations/go-on.js'
import { renderMigrate } from '../output/render-migrate.js'
import { renderUndo } from '../output/render-undo.js'
import type { MigrateReport } from '../report/migrate-rows.js'
import type { UndoReport } from '../report/undo-rows.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addKeys, addRunControl } from './flags.js'
import { openInvokedFleet, watched } from './open.js'
import { runNumber } from './run-number.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    command
      .argument(
        '[id]',
        'the number of the run; the default is the newest that left something undone',
      )
      .addOption(new Option('--retry <what>', 'try again what failed, too').choices(['failed']))
      .option(
        '--accept-loss',
        'of a run of undo --from-backup: restore also what was written to since',
      )
    addKeys(command)
    addRunControl(command, { changing: true })
  },
  async run(invocation) {
    const [text] = invocation.args
    const id = text === undefined ? undefined : runNumber(text)
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as ResumeOptions
    const report = await watched(invocation, control =>
      fleet.resume(id, { ...options, ...control }),
    )
    if (isUndo(report)) await invocation.reporter.report(report, renderUndo)
    else await invocation.reporter.report(report, renderMigrate)
    return exitStatusOf(report)
  },
}

/** True of what `undo --from-backup` did. */
function isUndo(report: MigrateReport | UndoReport): report is UndoReport {
  return 'from' in report
}
