import { ensureReport } from '../operations/ensure.js'
import { renderMigrate } from '../output/render-migrate.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addBusyTimeout } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    command.argument('<database>', 'its name in the fleet')
    addBusyTimeout(command)
  },
  async run(invocation) {
    const [name = ''] = invocation.args
    const fleet = await openInvokedFleet(invocation)
    const report = await watched(
      invocation,
      control => ensureReport(name, (...given) => fleet.ensure(...given), control),
      { progress: false },
    )
    await invocation.reporter.report(report, renderMigrate)
    return exitStatusOf(report)
  },
}
