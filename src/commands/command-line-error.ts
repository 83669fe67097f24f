import type { CommanderError } from 'commander'
import { UsageError } from '../errors/usage-error.js'

/**
 * What commander has against a command line, in dbfleet's words. Of a URL or of a value behind "="
 * nothing is quoted: it may hold a secret, put where it does not belong.
 *
 * @param verb the words of the verb that was understood: none, one, or two as in `keys create`
 */
export function commandLineError(error: CommanderError, verb: readonly string[]): UsageError {
  const invoked = ['dbfleet', ...verb].join(' ')
  const seeHelp = `See \`${invoked} --help\`.`
  if (error.code === 'commander.help') {
    const message =
      verb.length === 0 ? 'no verb was given' : `\`${invoked}\` is missing its second word`
    return new UsageError('usage', message, {
      hint: '`dbfleet help <verb>` shows what one does and its flags.',
    })
  }
  const { message, hint } = reworded(error, invoked)
  return new UsageError('usage', message, {
    hint: hint === undefined ? seeHelp : `${hint} ${seeHelp}`,
  })
}

function reworded(
  { code, message: original }: CommanderError,
  invoked: string,
): { message: string; hint?: string | undefined } {
  const [text = '', suggestion] = original.replace(/^error: /, '').split(/\n\((?=Did you mean )/)
  switch (code) {
    case 'commander.missingArgument': {
      const [, name = ''] = /'(.*)'$/.exec(text) ?? []
      return { message: `\`${invoked}\` is missing its <${name}>` }
    }
    case 'commander.missingMandatoryOptionValue': {
      const [, flag = ''] = /'(.*)'/.exec(text) ?? []
      return { message: `\`${invoked}\` is missing its ${flag}` }
    }
    case 'commander.optionMissingArgument': {
      const [, flag = '', value = ''] = /(--[\w-]+) (<.*>)/.exec(text) ?? []
      return { message: `${flag} is missing its ${value}` }
    }
    case 'commander.invalidArgument': {
      const [, flag = '', value = '', hint] =
        /(--[\w-]+) <[^>]*>' argument '(.*)' is invalid\. (.*)$/s.exec(text) ?? []
      return { message: `${flag} cannot be "${value}"`, hint }
    }
    default:
      return { message: withoutValues(text), hint: suggestion?.replace(/\)$/, '') }
  }
}

function withoutValues(text: string): string {
  return text.replace(/^(unknown option '[^=]*)=.*'$/s, "$1'").replace(/:\/\/[^']*/g, '://…')
}
