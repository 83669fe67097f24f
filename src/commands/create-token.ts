import { Option } from 'commander'
import { createToken, type TokenOptions } from '../operations/create-token.js'
import { renderToken } from '../output/render-token.js'
import type { VerbModule } from './command.js'
import { ExitStatus } from './exit-status.js'
import { collect } from './flags.js'

interface Flags extends Omit<TokenOptions, 'databases'> {
  database?: string[]
}

export const verb: VerbModule = {
  configure(command) {
    command
      .requiredOption('--key <file>', 'the private key; `dbfleet keys create` makes one')
      .option('--read-only', 'it may read and not write')
      .addOption(
        new Option(
          '--database <name>',
          'it opens only this database, a namespace of the server; repeatable',
        ).argParser(collect),
      )
      .option('--full-access', 'it may write every database, also those made later')
      .option('--expires <time>', 'valid for 15m, 1h, 30d or so, or never; the default is 1h')
  },
  async run({ options, reporter }) {
    const { key, readOnly, fullAccess, expires, database } = options as unknown as Flags
    const report = await createToken({
      key,
      ...(readOnly !== undefined && { readOnly }),
      ...(fullAccess !== undefined && { fullAccess }),
      ...(expires !== undefined && { expires }),
      ...(database !== undefined && { databases: database }),
    })
    for (const warning of report.warnings) await reporter.note(warning)
    await reporter.answer(report, renderToken)
    return ExitStatus.done
  },
}
