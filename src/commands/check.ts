import type { CheckOptions } from '../operations/check.js'
import { renderCheck } from '../output/render-check.js'
import type { CheckReport } from '../report/check-report.js'
import type { VerbModule } from './command.js'
import { ExitStatus, exitStatusOf } from './exit-status.js'
import { addRunControl, addSelector } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  configure(command) {
    addSelector(command)
    command
      .option('--offline', 'look at the migrations alone; needs no database')
      .option('--strict', 'exit with 1 for warnings, too')
    addRunControl(command, { changing: false })
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as CheckOptions
    const report = await watched(invocation, control => fleet.check({ ...options, ...control }))
    await invocation.reporter.answer(report, renderCheck)
    const exit = exitStatusOf(report)
    if (exit !== ExitStatus.done) return exit
    return fails(report, invocation.options.strict === true) ? ExitStatus.found : ExitStatus.done
  },
}

function fails({ findings }: CheckReport, strict: boolean): boolean {
  return findings.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'))
}
