import type { UndoOptions } from '../operations/undo.js'
import { plural } from '../output/format.js'
import { renderUndo, renderUndoPlan } from '../output/render-undo.js'
import { wrap } from '../output/wrap.js'
import { writtenLines } from '../output/written-lines.js'
import type { UndoPlan } from '../report/undo-rows.js'
import type { VerbModule } from './command.js'
import { confirm } from './confirm.js'
import { ExitStatus, exitStatusOf } from './exit-status.js'
import { addBackupFirst, addCareful, addKeys, addNameSelector, addRunControl } from './flags.js'
import { openInvokedFleet, watched } from './open.js'
import { runNumber } from './run-number.js'

export const verb: VerbModule = {
  configure(command) {
    command.argument('<run>', 'the number of the run; `dbfleet runs` shows them')
    addNameSelector(command)
    addCareful(command)
    command
      .option('--accept-loss', 'run migrations that do not bring back all that was there')
      .option('--from-backup', 'restore the databases from the set that the run made first')
      .option('-y, --yes', 'with --from-backup: do not ask')
    addKeys(command)
    addBackupFirst(command)
    addRunControl(command, { changing: true })
  },
  async run(invocation) {
    const run = runNumber(invocation.args[0])
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as UndoOptions
    if (invocation.options.dryRun === true) {
      const withSql = invocation.options.verbose === true
      const plan = await watched(invocation, control =>
        fleet.planUndo(run, { ...options, ...control, withSql }),
      )
      await invocation.reporter.answer(plan, renderUndoPlan)
      return exitStatusOf(plan)
    }
    if (options.fromBackup === true && invocation.options.yes !== true) {
      const plan = await watched(invocation, control =>
        fleet.planUndo(run, { ...options, ...control }),
      )
      if (!(await confirmed(plan))) {
        invocation.reporter.note('Nothing was changed.')
        return ExitStatus.usage
      }
    }
    const report = await watched(invocation, control => fleet.undo(run, { ...options, ...control }))
    await invocation.reporter.report(report, renderUndo)
    return exitStatusOf(report)
  },
}

function confirmed(plan: UndoPlan): Promise<boolean> {
  const count = plan.databases.filter(({ pending }) => pending.length > 0).length
  const lines = [
    ...writtenLines(plan.databases),
    `What ${[plan.from, ...(plan.furtherFrom ?? [])].join(' and ')} holds takes their place; what is replaced is kept.`,
  ].flatMap(line => wrap(line, process.stderr.columns || Infinity))
  return confirm(
    `${lines.join('\n')}\nReplace ${plural(count, 'database')}?`,
    `undo --from-backup asks before it replaces ${plural(count, 'database')}`,
    'Nothing was changed. Say --yes to replace them without being asked; --dry-run shows what was written since.',
  )
}
