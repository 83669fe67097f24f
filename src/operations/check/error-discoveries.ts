import { join } from 'node:path'
import type { ErrorReport } from '../../report/error-report.js'
import type { Discovery } from './finding-list.js'

const PLACE = /^((?:[^:\n]|:(?!\d+: |\s))+\.(?:sql|m?[jt]s))(?::(\d+))?:? /

/**
 * What an error of loading or parsing migrations says, one finding for each file that it names.
 *
 * @param path the directory of the migrations, or the file where the message names none
 */
export function discoveriesOf({ code, message, hint }: ErrorReport, path: string): Discovery[] {
  const [title = '', ...problems] = message.split('\n')
  const isList = /has \d+ problems:$/.test(title)
  const lines = isList ? problems : [message]
  return lines.map(line => {
    const [whole = '', file, number] = PLACE.exec(line) ?? []
    const text = number === undefined ? line : line.slice(whole.length)
    const place = file === undefined ? path : isList ? join(path, file) : file
    return {
      code,
      severity: 'error' as const,
      message: text,
      file: place,
      ...(number !== undefined && { line: Number(number) }),
      ...(hint !== undefined && { hint: hint.replace(/^Nothing was touched\. /, '') }),
    }
  })
}
