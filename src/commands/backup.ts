import { Option } from 'commander'
import type { BackupOptions } from '../operations/backup.js'
import { renderBackup } from '../output/render-backup.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addPassphrase, addRunControl, addSelector, collect } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    addSelector(command)
    addRunControl(command, { changing: false })
    command
      .option(
        '--out <place>',
        'make the set in this directory or s3://bucket/prefix; the default is backups/',
      )
      .addOption(
        new Option('--compress <how>', 'zstd, gzip or none; the default is zstd').choices([
          'zstd',
          'gzip',
          'none',
        ]),
      )
      .addOption(
        new Option(
          '--format <format>',
          'sql or image, the pages of the files; the default is sql, with images where text does not serve',
        ).choices(['sql', 'image']),
      )
      .option('--no-prove', 'do not restore what was written to see that it is right')
      .option(
        '--since <set>',
        'keep what this set has of files that nobody wrote to; the default is the newest',
      )
      .option('--full', 'read every database, changed or not')
      .addOption(
        new Option(
          '--encrypt-to <recipient>',
          'encrypt to this public key of age, or to those in a file; repeatable',
        ).argParser(collect),
      )
      .option('--decrypt', 'back up encrypted files into a set that is not encrypted')
    addPassphrase(command)
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as BackupOptions
    const report = await watched(invocation, control => fleet.backup({ ...options, ...control }))
    await invocation.reporter.report(report, renderBackup)
    if (report.unrecorded !== undefined) await invocation.reporter.warning(report.unrecorded)
    return exitStatusOf(report)
  },
}
