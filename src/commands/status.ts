import type { StatusOptions } from '../operations/status.js'
import { renderStatus } from '../output/render-status.js'
import type { VerbModule } from './command.js'
import { ExitStatus, exitStatusOf } from './exit-status.js'
import { addRunControl, addSelector } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    addSelector(command)
    command.option(
      '--exit-code',
      'exit with 1 when anything is pending, edited, missing or not adopted',
    )
    addRunControl(command, { changing: false })
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as StatusOptions
    const report = await watched(invocation, control => fleet.status({ ...options, ...control }))
    await invocation.reporter.answer(report, renderStatus)
    const exit = exitStatusOf(report)
    if (exit !== ExitStatus.done || invocation.options.exitCode !== true) return exit
    const differs = report.databases.some(
      ({ pending, edited, missing, notAdopted }) =>
        notAdopted !== undefined || pending.length + edited.length + missing.length > 0,
    )
    return differs ? ExitStatus.found : ExitStatus.done
  },
}
