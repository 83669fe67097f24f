import type { Command } from 'commander'
import type { NewOptions } from '../operations/new-migration.js'
import { renderNew } from '../output/render-new.js'
import type { VerbModule } from './command.js'
import { ExitStatus } from './exit-status.js'
import { openInvokedFleet } from './open.js'

export const verb: VerbModule = {
  configure(command: Command) {
    command
      .argument('<name>', 'what it does, such as create_measurements')
      .option('--template <name>', 'make it from templates/<name>')
      .option('--ts', 'a TypeScript module instead of SQL files')
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const [name = ''] = invocation.args
    const report = await fleet.newMigration(name, invocation.options as NewOptions)
    await invocation.reporter.report(report, renderNew)
    return ExitStatus.done
  },
}
