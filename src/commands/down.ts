import type { DownOptions } from '../operations/down.js'
import { renderMigrate } from '../output/render-migrate.js'
import { renderPlan } from '../output/render-plan.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addBackupFirst, addExtent, addRunControl, addSelector, addWaves } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    addSelector(command)
    addExtent(command, 'back to this one, which stays applied; 0 reverts everything')
    addBackupFirst(command)
    addRunControl(command, { changing: true })
    addWaves(command)
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as DownOptions
    if (invocation.options.dryRun === true) {
      const withSql = invocation.options.verbose === true
      const plan = await watched(invocation, control =>
        fleet.planDown({ ...options, ...control, withSql }),
      )
      await invocation.reporter.answer(plan, renderPlan)
      return exitStatusOf(plan)
    }
    const report = await watched(invocation, control => fleet.down({ ...options, ...control }))
    await invocation.reporter.report(report, renderMigrate)
    return exitStatusOf(report)
  },
}
