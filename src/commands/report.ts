import { Option } from 'commander'
import type { ReportOptions } from '../operations/report.js'
import { renderReport } from '../output/render-report.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addRunControl, addSelector, wholeNumber } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  configure(command) {
    addSelector(command)
    command
      .requiredOption('--out <file>', 'the page; that of an earlier report is replaced')
      .option('--no-check', 'leave out which schemas the databases have')
      .addOption(
        new Option('--runs <n>', 'show so many of the newest runs; the default is 20').argParser(
          wholeNumber,
        ),
      )
    addRunControl(command, { changing: false })
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as unknown as ReportOptions
    const report = await watched(invocation, control => fleet.report({ ...options, ...control }))
    await invocation.reporter.report(report, renderReport)
    return exitStatusOf(report)
  },
}
