import { Option } from 'commander'
import { TOOL_CHOICES } from '../operations/adopt/adopt-choices.js'
import type { AdoptOptions } from '../operations/adopt.js'
import { renderAdopt } from '../output/render-adopt.js'
import type { VerbModule } from './command.js'
import { ExitStatus, exitStatusOf } from './exit-status.js'
import { addRunControl, addSelector } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    addSelector(command)
    command
      .addOption(
        new Option(
          '--from <tool>',
          'whose ledger to believe; the default is the one there',
        ).choices(TOOL_CHOICES),
      )
      .option('--table <name>', 'the table of that ledger, if not the usual one')
      .option('--baseline <migration>', 'where databases without a ledger are')
      .option('--infer', 'find out by the schema where they are')
      .option('--import <dir>', 'make these migrations of another tool dbfleet migrations')
      .option('--dry-run', 'show what would happen; change nothing')
    addRunControl(command, { changing: true })
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as AdoptOptions
    const report = await watched(invocation, control => fleet.adopt({ ...options, ...control }))
    if (report.dryRun) await invocation.reporter.answer(report, renderAdopt)
    else await invocation.reporter.report(report, renderAdopt)
    const exit = exitStatusOf(report)
    const isUnfinished = (report.imported?.byHand.length ?? 0) > 0
    return exit === ExitStatus.done && isUnfinished ? ExitStatus.found : exit
  },
}
