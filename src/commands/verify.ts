import type { VerifyOptions } from '../operations/verify.js'
import { renderVerify } from '../output/render-verify.js'
import type { VerifyReport } from '../report/verify-report.js'
import type { VerbModule } from './command.js'
import { ExitStatus, exitStatusOf } from './exit-status.js'
import { addJobs, addKeys, addNameSelector } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    command.argument('<set>', 'a set: its directory, its name in backups/, or `latest`')
    addNameSelector(command)
    command
      .option('--restore', 'restore each into a scratch database, and compare')
      .option('--sample <n or %>', 'read a random part only, such as 5%')
    addKeys(command)
    addJobs(command)
  },
  async run(invocation) {
    const [set = ''] = invocation.args
    const fleet = await openInvokedFleet(invocation, { optional: true })
    const options = invocation.options as VerifyOptions
    const report = await watched(invocation, control =>
      fleet.verify(set, { ...options, ...control }),
    )
    await invocation.reporter.answer(report, renderVerify)
    return statusOf(report)
  },
}

/** What fails is what was looked for, so that it is a finding. */
function statusOf(report: VerifyReport): ExitStatus {
  const isFound = report.findings.some(({ severity }) => severity === 'error')
  const exit = exitStatusOf(report)
  if (exit === ExitStatus.interrupted) return exit
  return isFound ? ExitStatus.found : ExitStatus.done
}
