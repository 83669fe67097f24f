import { Option } from 'commander'
import type { ResumeOptions } from '../operations/go-on.js'
import { renderMigrate } from '../output/render-migrate.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addRunControl } from './flags.js'
import { openInvokedFleet, watched } from './open.js'
import { runNumber } from './run-number.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    command
      .argument(
        '[id]',
        'the number of the run; the default is the newest that left something undone',
      )
      .addOption(new Option('--retry <what>', 'try again what failed, too').choices(['failed']))
    addRunControl(command, { changing: true })
  },
  async run(invocation) {
    const [text] = invocation.args
    const id = text === undefined ? undefined : runNumber(text)
    const fleet = await openInvokedFleet(invocation)
    const { retry } = invocation.options as Pick<ResumeOptions, 'retry'>
    const report = await watched(invocation, control =>
      fleet.resume(id, { ...control, ...(retry !== undefined && { retry }) }),
    )
    await invocation.reporter.report(report, renderMigrate)
    return exitStatusOf(report)
  },
}
