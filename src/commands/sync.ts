import type { SyncOptions } from '../operations/sync.js'
import { renderSync } from '../output/render-sync.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addRunControl, addSelector } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    addSelector(command)
    addRunControl(command, { changing: false })
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as SyncOptions
    const report = await watched(invocation, control => fleet.sync({ ...options, ...control }))
    await invocation.reporter.report(report, renderSync)
    if (report.unrecorded !== undefined) await invocation.reporter.warning(report.unrecorded)
    return exitStatusOf(report)
  },
}
