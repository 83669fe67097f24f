import type { UndoOptions } from '../operations/undo.js'
import { renderUndo, renderUndoPlan } from '../output/render-undo.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addBackupFirst, addCareful, addNameSelector, addRunControl } from './flags.js'
import { openInvokedFleet, watched } from './open.js'
import { runNumber } from './run-number.js'

export const verb: VerbModule = {
  configure(command) {
    command.argument('<run>', 'the number of the run; `dbfleet runs` shows them')
    addNameSelector(command)
    addCareful(command)
    command.option('--accept-loss', 'run migrations that do not bring back all that was there')
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
    const report = await watched(invocation, control => fleet.undo(run, { ...options, ...control }))
    await invocation.reporter.report(report, renderUndo)
    return exitStatusOf(report)
  },
}
