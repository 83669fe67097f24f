import type { RestoreOptions } from '../operations/restore/restore-options.js'
import { renderRestore } from '../output/render-restore.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addKeys, addRunControl, addSelector } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    command.argument(
      '<set or dump>',
      'a set: its directory, its name in backups/, or `latest`; or a file of SQL text',
    )
    addSelector(command, 'set')
    command
      .option('--as <name>', 'the database is called so in the fleet')
      .option(
        '--to <dir or url>',
        'into this directory, or this database on a server; for a dump, a file',
      )
      .option('--source <n or kind>', 'the source that makes it; the default is the first that can')
      .option('--force', 'replace what is there, and keep it aside')
      .option('--up', 'apply what is pending, too')
      .option('--allow-ahead', 'restore also what has migrations that migrations/ lacks')
    addKeys(command)
    addRunControl(command, { changing: false })
  },
  async run(invocation) {
    const [from = ''] = invocation.args
    const options = invocation.options as RestoreOptions
    const fleet = await openInvokedFleet(invocation, { optional: options.to !== undefined })
    const report = await watched(invocation, control =>
      fleet.restore(from, { ...options, ...control }),
    )
    await invocation.reporter.report(report, renderRestore)
    return exitStatusOf(report)
  },
}
