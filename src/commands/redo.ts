import type { RedoOptions } from '../operations/redo.js'
import { renderMigrate } from '../output/render-migrate.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addBackupFirst, addRunControl, addSelector } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    addSelector(command)
    addBackupFirst(command)
    addRunControl(command, { changing: true })
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as RedoOptions
    const report = await watched(invocation, control => fleet.redo({ ...options, ...control }))
    await invocation.reporter.report(report, renderMigrate)
    return exitStatusOf(report)
  },
}
