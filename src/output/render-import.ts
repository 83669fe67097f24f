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
  const lines = ({ from, name, kept }: ImportedMigration) =>
    wrap(`${printable(from)} → ${printable(name)}`, screen.width, '  ', 4).map(text =>
      kept ? dim(text) : text,
    )
  const rest = migrations.length - MOST_SHOWN
  const oneWay = migrations.filter(({ reversible }) => !reversible)
  return [
    ...wrap(
      `${isNew ? green(bold(verb)) : verb} ${count} from ${place(from)} to ${place(to)}`,
      screen.width,
    ),
    ...migrations.slice(0, MOST_SHOWN).flatMap(lines),
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
  const names =
    oneWay.length === all.length ? '' : ` (${listNames(oneWay.map(({ name }) => name))})`
  const count = `${oneWay.length} of ${all.length}`
  return `${count} cannot be reverted, unless somebody writes a .down.sql${names}`
}
