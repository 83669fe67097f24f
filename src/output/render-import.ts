import type { ImportedMigration, ImportReport } from '../report/adopt-rows.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import { listNames } from './names.js'
import { renderHint } from './render-hint.js'
import { shownPath } from './shown-path.js'
import type { Screen } from './terminal.js'
import { wrap } from './wrap.js'

/** More are told by `--json`. */
const MOST_SHOWN = 30

interface Shown {
  dryRun: boolean
  /** True when databases are told of below. */
  withDatabases: boolean
  /** Where the reader is; paths below it are shown relative to it. */
  directory: string
}

/** What migrations of another tool became, each with its old and its new name. */
export function renderImport(
  { tool, from, to, migrations, byHand }: ImportReport,
  screen: Screen,
  { dryRun, withDatabases, directory }: Shown,
): string[] {
  const { bold, dim, green, yellow } = screen.colours
  const place = (path: string) => printable(shownPath(path, directory))
  const isNew = migrations.some(({ kept }) => !kept)
  const verb =
    !isNew && migrations.length > 0 ? 'imported before:' : dryRun ? 'would import' : 'imported'
  const count = `${plural(migrations.length, 'migration')} of ${tool}`
  const line = ({ from, name, kept }: ImportedMigration) => {
    const text = `  ${printable(from)} → ${printable(name)}`
    return kept ? dim(text) : text
  }
  const rest = migrations.length - MOST_SHOWN
  const oneWay = migrations.filter(({ reversible }) => !reversible)
  return [
    ...wrap(
      `${isNew ? green(bold(verb)) : verb} ${count} from ${place(from)} to ${place(to)}`,
      screen.width,
    ),
    ...migrations.slice(0, MOST_SHOWN).map(line),
    ...(rest > 0 ? [dim(`  and ${plural(rest, 'more', 'more')}; --json tells all`)] : []),
    ...(oneWay.length === 0 ? [] : wrap(oneWayRemark(oneWay, migrations), screen.width, '  ')),
    ...byHand.flatMap(({ file, why }) =>
      wrap(`${yellow('by hand:')} ${printable(file)}: ${printable(why)}`, screen.width, '  ', 4),
    ),
    ...(isNew && !dryRun && !withDatabases
      ? renderHint('look them over with dbfleet check --offline, then run dbfleet adopt', 2, screen)
      : []),
  ]
}

function oneWayRemark(
  oneWay: readonly ImportedMigration[],
  all: readonly ImportedMigration[],
): string {
  const which =
    oneWay.length === all.length
      ? 'none of them says'
      : `${listNames(oneWay.map(({ name }) => name))} ${oneWay.length === 1 ? 'does' : 'do'} not say`
  return `${which} how it is taken back: dbfleet down refuses, unless a .down.sql is written`
}
