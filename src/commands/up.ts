import type { UpOptions } from '../operations/up.js'
import { renderMigrate } from '../output/render-migrate.js'
import { renderPlan } from '../output/render-plan.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addBackupFirst, addExtent, addRunControl, addSelector } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  configure(command) {
    addSelector(command)
    addExtent(command, 'up to and with this one')
    command.option('--allow-out-of-order', 'apply also what sorts before an applied migration')
    addBackupFirst(command)
    addRunControl(command, { changing: true })
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as UpOptions
    if (invocation.options.dryRun === true) {
      const withSql = invocation.options.verbose === true
      const plan = await watched(invocation, control =>
        fleet.planUp({ ...options, ...control, withSql }),
      )
      await invocation.reporter.answer(plan, renderPlan)
      return exitStatusOf(plan)
    }
    const report = await watched(invocation, control => fleet.up({ ...options, ...control }))
    await invocation.reporter.report(report, renderMigrate)
    return exitStatusOf(report)
  },
}
